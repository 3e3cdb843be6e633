"""What the tests need to run a rule's Example: the core's own runner, under the names that they use."""

from cds_services.example_run import OUTCOME, instant, prefetch_of, request_of, run, service_of, site
from cds_services.file_record import bundle, category_of

__all__ = ["OUTCOME", "bundle", "category_of", "instant", "prefetch_of", "request_of", "run", "service_of", "site"]

# Two stages: wheels are built once, the second stage holds Python, the wheels and an unprivileged user.
FROM python:3.11.11-slim-bookworm AS build
WORKDIR /build
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY app app
COPY cds_services cds_services
COPY fhir_fixtures fhir_fixtures
COPY constraints.txt ./
RUN pip wheel --no-cache-dir --constraint constraints.txt --wheel-dir /wheels .

FROM python:3.11.11-slim-bookworm
RUN useradd --system --uid 10001 --create-home --home-dir /home/cds cds && install -d -o cds -g cds /home/cds/data
COPY --from=build /wheels /wheels
RUN pip install --no-cache-dir --no-index --find-links /wheels alemtuzumab-cds && rm -rf /wheels
USER cds
WORKDIR /home/cds
# Feedback and issued cards (SQLite); CDS_DATABASE_URL names another database.
VOLUME /home/cds/data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=3s --start-period=10s CMD ["python", "-c", \
    "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health', timeout=2)"]
# Until client authentication exists, a bind beyond loopback must be asked for in so many words.
ENTRYPOINT ["alemtuzumab-cds"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000", "--insecure"]

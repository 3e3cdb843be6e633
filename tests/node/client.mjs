// A CDS client that we did not write: Medplum's buildCdsRequest fills prefetch from a FHIR server as it reads discovery.
// Called as `node client.mjs`, with one JSON object on standard input: service and FHIR base URLs, and the calls to make.
// Prints one JSON object: the services that were discovered, and for each call its request, status and answer.

globalThis.WebSocket ??= class {}; // Node before 22 has none; the package only names it while it loads
const { MedplumClient, buildCdsRequest } = await import('@medplum/core');

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { serviceUrl, fhirUrl, calls } = JSON.parse(Buffer.concat(chunks).toString());

const base = new URL(fhirUrl);
const medplum = new MedplumClient({ baseUrl: base.origin, fhirUrlPath: base.pathname.slice(1), fetch });
const user = { resourceType: 'Practitioner', id: 'synthetic-clinician' };

const discovery = await fetch(`${serviceUrl}/cds-services`).then((answer) => answer.json());
const told = [];
for (const { hook, context, patient, withServer } of calls) {
  for (const service of discovery.services.filter((each) => each.hook === hook)) {
    const request = await buildCdsRequest(medplum, user, service, context);
    if (withServer) request.fhirServer = fhirUrl;
    const answer = await fetch(`${serviceUrl}/cds-services/${service.id}`, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(request),
    });
    told.push({ hook, patient, id: service.id, request, status: answer.status, answer: await answer.json() });
  }
}
console.log(JSON.stringify({ services: discovery.services, told }));

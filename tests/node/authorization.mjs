// A SMART authorization server that others wrote (oauth2-mock-server), with what SMART adds: launch context, patients to choose from.
// Called as `node authorization.mjs '["id", ...]'`, the patients to choose from where no EHR names one. Prints its issuer as soon as
// it listens, and ends when its standard input does.
//
// A launch is base64url of the JSON of what was agreed: {patient, user?, appContext?, need_patient_banner?, encounter?, refresh?, deny?}.

import { randomUUID } from 'node:crypto';

globalThis.crypto ??= (await import('node:crypto')).webcrypto; // Node 18 has it only as a module
const { OAuth2Server } = await import('oauth2-mock-server');

const patients = JSON.parse(process.argv[2] ?? '[]');
const agreed = new Map(); // code or refresh token -> launch context and scope; each is good once
const server = new OAuth2Server();
const { service } = server;

const grantOf = ({ body }) => agreed.get(body.code ?? body.refresh_token);

service.on('beforeAuthorizeRedirect', ({ url }, { query }) => {
  if (!query.launch) { // no EHR: the user chooses, and comes back here with a launch
    const chosen = new URL('/choose', server.issuer.url);
    for (const [name, value] of Object.entries(query)) chosen.searchParams.set(name, value);
    url.href = chosen.href;
    return;
  }
  const context = JSON.parse(Buffer.from(query.launch, 'base64url'));
  if (context.deny) {
    url.searchParams.delete('code');
    url.searchParams.set('error', 'access_denied');
    url.searchParams.set('error_description', 'The user <b>declined</b>.');
  } else {
    agreed.set(url.searchParams.get('code'), { context, scope: query.scope });
  }
});

service.addRoute('GET', '/choose', (request, response) => {
  const link = (patient) => {
    const launch = Buffer.from(JSON.stringify({ patient })).toString('base64url');
    const query = new URLSearchParams({ ...request.query, launch });
    return `<li><a href="/authorize?${query.toString().replaceAll('&', '&amp;')}">${patient}</a></li>`;
  };
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.end(`<!doctype html><title>Choose a patient</title><h1>Choose a patient</h1><ul>${patients.map(link).join('')}</ul>`);
});

service.on('beforeTokenSigning', ({ payload }, request) => {
  const grant = grantOf(request);
  if (!grant) return;
  if (payload.aud) payload.fhirUser = payload.profile = grant.context.user ?? 'Practitioner/synthetic-clinician'; // the id_token
  else Object.assign(payload, { jti: randomUUID(), patient: grant.context.patient, scope: grant.scope });
});

service.on('beforeResponse', (answer, request) => {
  const grant = grantOf(request);
  agreed.delete(request.body.code ?? request.body.refresh_token);
  if (!grant) {
    Object.assign(answer, { statusCode: 400, body: { error: 'invalid_grant' } });
    return;
  }
  const { user, refresh, deny, ...told } = grant.context;
  Object.assign(answer.body, { scope: grant.scope, need_patient_banner: true, ...told });
  if (refresh) agreed.set(answer.body.refresh_token, grant);
  else delete answer.body.refresh_token;
});

await server.issuer.keys.generate('RS256');
await server.start(0, '127.0.0.1');
console.log(server.issuer.url);
process.stdin.resume().on('end', () => process.exit(0));

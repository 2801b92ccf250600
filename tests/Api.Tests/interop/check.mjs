// Signs requests with http-message-sig and WebCrypto, sends them to the gateways of KV_URLS (two, of one cluster), and says "ok …" for everything that
// went as it must. Run by InteropTests.cs.
import { createHash, randomBytes, webcrypto as nodeCrypto } from 'node:crypto';
import { createSignature, webcrypto } from 'http-message-sig';

globalThis.crypto ??= nodeCrypto; // Node 18 has it in its module only.

const [first, second] = process.env.KV_URLS.split(' ').map((url) => url.replace(/\/$/, ''));
const { cluster } = await (await fetch(`${first}/v1/cluster`)).json();
const keys = await crypto.subtle.generateKey({ name: 'Ed25519' }, true, ['sign', 'verify']);
const keyid = (await crypto.subtle.exportKey('jwk', keys.publicKey)).x;
const signer = webcrypto.signer(keys.privateKey);
const semantic = ['if-match', 'if-none-match', 'range', 'kv-if-length', 'prefer'];

// Makes a signed request; `leaveOut` are components that are not covered, `changes` what is done to it after it was signed.
async function signed(method, path, { body, headers = {}, leaveOut = [], clusterId = cluster, changes = {} } = {}) {
  const all = new Headers({ ...headers, 'kv-cluster': clusterId });
  if (body !== undefined) all.set('content-digest', `sha-256=:${createHash('sha256').update(body).digest('base64')}:`);
  const request = new Request(first + path, { method, headers: all, body });
  if (body !== undefined && !all.has('content-type')) request.headers.delete('content-type');
  const components = ['@method', '@path', '@query'];
  if (body !== undefined) components.push('content-digest');
  if (request.headers.has('content-type')) components.push('content-type');
  components.push(...semantic.filter((name) => request.headers.has(name)), 'kv-cluster');
  const now = Math.floor(Date.now() / 1000);
  const fields = await createSignature(request, {
    label: 'sig1',
    components: components.filter((name) => !leaveOut.includes(name)),
    parameters: { created: now, expires: now + 60, nonce: randomBytes(16).toString('base64url'), keyid, alg: 'ed25519', tag: 'kv-request-v1' },
    signer,
  });
  const sent = new Headers(request.headers);
  sent.set('signature', fields.signature);
  sent.set('signature-input', fields.signatureInput);
  for (const [name, value] of Object.entries(changes.headers ?? {})) value === null ? sent.delete(name) : sent.set(name, value);
  return { method: changes.method ?? method, path: changes.path ?? path, body: changes.body ?? body, headers: sent };
}

async function send({ method, path, headers, body }, url = first) {
  // As bytes, or fetch would add a content type to what was signed without one.
  return fetch(url + path, { method, headers, body: body === undefined ? undefined : new TextEncoder().encode(body) });
}

async function expect(name, response, status, code) {
  const text = await response.text();
  const found = code === undefined ? undefined : JSON.parse(text).code;
  const good = response.status === status && found === code && (status !== 401 || response.headers.has('accept-signature'));
  console.log(`${good ? 'ok' : `FAILED (${response.status} ${found ?? ''} ${text})`} ${name}`);
  return text;
}

const key = '/v1/kv/interop/a%2Fb';
await expect('a put is taken', await send(await signed('PUT', key, { body: 'hello', headers: { 'content-type': 'text/plain' } })), 201);
await expect('an append is taken', await send(await signed('POST', key, { body: ' world', headers: { 'kv-if-length': '5' } })), 200);
await expect('a slice is read', await send(await signed('GET', `${key}?consistency=linearizable`, { headers: { range: 'bytes=6-' } })), 206);
await expect('a certified read is taken', await send(await signed('GET', `${key}?consistency=certified`)), 200);
await expect('a head is taken', await send(await signed('HEAD', key)), 200);
await expect('a list is taken', await send(await signed('GET', '/v1/kv?prefix=interop/')), 200);

const put = (changes, more = {}) => signed('PUT', key, { body: 'changed', headers: { 'content-type': 'text/plain', 'if-match': '*' }, changes, ...more });
const digest = (text) => `sha-256=:${createHash('sha256').update(text).digest('base64')}:`;
await expect('another method is refused', await send(await put({ method: 'POST' })), 401, 'bad-signature');
await expect('another path is refused', await send(await put({ path: `${key}c` })), 401, 'bad-signature');
await expect('another query is refused', await send(await put({ path: `${key}?x=1` })), 401, 'bad-signature');
await expect('another body is refused', await send(await put({ body: 'forged' })), 400, 'bad-content-digest');
await expect('another body with its digest is refused', await send(await put({ body: 'forged', headers: { 'content-digest': digest('forged') } })), 401, 'bad-signature');
await expect('another content type is refused', await send(await put({ headers: { 'content-type': 'text/html' } })), 401, 'bad-signature');
await expect('another condition is refused', await send(await put({ headers: { 'if-match': '"r1"' } })), 401, 'bad-signature');
await expect('a condition that was taken away is refused', await send(await put({ headers: { 'if-match': null } })), 401, 'signature-profile');
await expect('a condition that was added is refused', await send(await put({ headers: { 'kv-if-length': '11' } })), 401, 'signature-profile');
await expect('a condition that is not covered is refused', await send(await put({}, { leaveOut: ['if-match'] })), 401, 'signature-profile');
await expect('a body that is not covered is refused', await send(await put({}, { leaveOut: ['content-digest'] })), 401, 'signature-profile');
await expect('no cluster is refused', await send(await put({}, { leaveOut: ['kv-cluster'] })), 401, 'signature-profile');
await expect('another cluster is refused', await send(await put({}, { clusterId: digest('elsewhere').slice(9, 52).replaceAll('+', '-').replaceAll('/', '_') })), 401, 'wrong-cluster');
const value = await expect('nothing of that was applied', await send(await signed('GET', key)), 200);
if (value !== 'hello world') console.log(`FAILED the value is '${value}'`);

const append = await signed('POST', '/v1/kv/interop/log', { body: 'line;' });
await expect('an append through the one gateway is applied', await send(append), 201);
const again = await send(append, second);
if (again.headers.get('idempotent-replayed') !== 'true') console.log('FAILED the same bytes through the other gateway are not the first answer again');
await expect('the same bytes through the other gateway get the first answer', again, 201);

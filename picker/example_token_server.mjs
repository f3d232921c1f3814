// An example server for `token-src`, for Node 20 or newer: it makes browser tokens with the key, which never reaches the browser.
//   CATALOG_URL=https://… CATALOG_KEY=lp_live_… node example_token_server.mjs
// The operator allows the key to make tokens: catalog keys allow-browser <key id> --origin https://app.example.com

import { createServer } from 'node:http';

const { CATALOG_URL, CATALOG_KEY, PORT = '3000' } = process.env;
const headers = { authorization: `Bearer ${CATALOG_KEY}` };

const server = createServer(async (request, response) => {
  if (request.method !== 'GET' || request.url !== '/music-token') return response.writeHead(404).end();
  // A real server checks here that the user is signed in, answers 401 if not, and names the user in `sub`.
  try {
    const body = JSON.stringify({ ttlSeconds: 900 });
    const answer = await fetch(`${CATALOG_URL}/v1/tiktok-music/tokens`, { method: 'POST', headers, body, signal: AbortSignal.timeout(10_000) });
    const status = answer.ok ? 200 : 502; // a fault of this server: a 401 would ask the user to sign in
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(answer.ok ? await answer.text() : '');
  } catch {
    response.writeHead(502).end();
  }
});

server.listen(Number(PORT), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/music-token`));

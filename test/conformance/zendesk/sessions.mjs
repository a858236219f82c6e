// Signing in, being refused, limits.
import assert from "node:assert/strict";
import { scenario } from "../harness.mjs";

async function tokenFor(standIn, more) {
  const body = { client_id: "lockstep-client", client_secret: "lockstep-secret", ...more };
  const response = await fetch(`${standIn.url}/oauth/tokens`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  return { status: response.status, ...(await response.json()) };
}

async function code(standIn) {
  const query = "response_type=code&client_id=lockstep-client&redirect_uri=http%3A%2F%2F127.0.0.1%2Fback&scope=read%20write";
  const response = await fetch(`${standIn.url}/oauth/authorizations/new?${query}`, { redirect: "manual" });
  return new URL(response.headers.get("location")).searchParams.get("code");
}

scenario("an API token signs in", { facts: "§A1" }, async ({ client }) => {
  const { result } = await client.users.me();
  assert.equal(result.email, "agent@example.com");
  assert.equal(result.role, "admin");
});

scenario("a wrong token is refused", { facts: "§A1, §A8" }, async ({ signedIn }) => {
  await assert.rejects(signedIn({ username: "agent@example.com", token: "wrong" }).users.me(), /401.*Not Authorized/);
});

scenario("retired API tokens are refused", { facts: "§A1" }, async ({ client, standIn }) => {
  await standIn.control("settings", { api_tokens: false });
  await assert.rejects(client.users.me(), /401/);
});

scenario("passwords sign in only where they are switched on", { facts: "§A1 [D] switch: passwords" }, async ({ signedIn, standIn }) => {
  const client = signedIn({ username: "agent@example.com", password: "lockstep-password" });
  await assert.rejects(client.tickets.list(), /401/);
  assert.equal((await client.users.me()).result.id, null, "no credential here: the caller is nobody");
  await standIn.control("settings", { passwords: true });
  assert.equal((await client.users.me()).result.role, "admin");
});

scenario("without a sign-in /users/me answers an anonymous user", { facts: "§A1 [I]" }, async ({ standIn }) => {
  const response = await fetch(`${standIn.url}/api/v2/users/me.json`);
  assert.equal(response.status, 200);
  const { user } = await response.json();
  assert.equal(user.id, null);
  assert.equal(user.name, "Anonymous user");
});

scenario("client credentials give a token that signs in", { facts: "§A1" }, async ({ standIn, signedIn }) => {
  const token = await tokenFor(standIn, { grant_type: "client_credentials", scope: "read write" });
  assert.equal(token.token_type, "bearer");
  assert.equal(token.expires_in, 3600);
  const client = signedIn({ token: token.access_token, oauth: true });
  const { result } = await client.users.me();
  assert.equal(result.name, "Lockstep");
  assert.equal((await client.oauthtokens.current()).result.client_id, "lockstep-client");
});

scenario("an expired token is refused", { facts: "§A1, §A8" }, async ({ standIn, signedIn, later }) => {
  const token = await tokenFor(standIn, { grant_type: "client_credentials", scope: "read", expires_in: 600 });
  assert.equal(token.expires_in, 600);
  const client = signedIn({ token: token.access_token, oauth: true });
  assert.ok((await client.users.me()).result.id);
  await later("601s");
  await assert.rejects(client.users.me(), /401/);
});

scenario("a renewal turns both tokens over", { facts: "§A1" }, async ({ standIn, signedIn }) => {
  const first = await tokenFor(standIn, { grant_type: "authorization_code", code: await code(standIn), redirect_uri: "http://127.0.0.1/back" });
  const second = await tokenFor(standIn, { grant_type: "refresh_token", refresh_token: first.refresh_token });
  assert.notEqual(second.access_token, first.access_token);
  assert.notEqual(second.refresh_token, first.refresh_token);
  assert.ok((await signedIn({ token: second.access_token, oauth: true }).users.me()).result.id);
  await assert.rejects(signedIn({ token: first.access_token, oauth: true }).users.me(), /401/);
  const again = await tokenFor(standIn, { grant_type: "refresh_token", refresh_token: first.refresh_token });
  assert.equal(again.status, 400);
  assert.equal(again.error, "invalid_grant");
});

scenario("revoked tokens cannot be renewed", { facts: "§A1" }, async ({ standIn }) => {
  const first = await tokenFor(standIn, { grant_type: "authorization_code", code: await code(standIn), redirect_uri: "http://127.0.0.1/back" });
  await standIn.control("faults", { name: "revoke_token", count: 1 });
  assert.equal((await tokenFor(standIn, { grant_type: "refresh_token", refresh_token: first.refresh_token })).error, "invalid_grant");
});

scenario("a scope bounds what a token may do", { facts: "§A1 [I]" }, async ({ standIn, signedIn }) => {
  const token = await tokenFor(standIn, { grant_type: "client_credentials", scope: "tickets:read" });
  const client = signedIn({ token: token.access_token, oauth: true });
  assert.deepEqual(await client.tickets.list(), []);
  await assert.rejects(client.users.list(), /403/);
  await assert.rejects(client.tickets.create({ ticket: { subject: "x", comment: { body: "y" } } }), /Forbidden/);
  const unknown = await tokenFor(standIn, { grant_type: "client_credentials", scope: "nonsense:read" });
  await assert.rejects(signedIn({ token: unknown.access_token, oauth: true }).tickets.list(), /403/);
});

scenario("a burst of 429 is told with the time to wait", { facts: "§A7" }, async ({ standIn }) => {
  await standIn.control("faults", { name: "rate_limit", for: "30s" });
  const response = await fetch(`${standIn.url}/api/v2/tickets`, { headers: { Authorization: `Basic ${btoa("agent@example.com/token:lockstep-api-token")}` } });
  assert.equal(response.status, 429);
  assert.ok(Number(response.headers.get("retry-after")) > 25);
  assert.match(await response.text(), /requests per minute/);
});

scenario("the plan's limit refuses the call beyond it", {
  facts: "§A7",
  clientBug: "node-zendesk 6.0.1 hands a 429 back as a result instead of throwing it (checkRequestResponse in dist/index.js returns the error)",
}, async ({ client, standIn }) => {
  await standIn.control("settings", { requests_per_minute: 2 });
  await client.users.me();
  const { response } = await client.users.me();
  assert.equal(response.headers.get("x-rate-limit"), "2");
  assert.equal(response.headers.get("x-rate-limit-remaining"), "0");
  await assert.rejects(client.users.me(), /429/);
});

scenario("a user's row takes five updates a minute, told in plain text", { facts: "§A7 [I]" }, async ({ client, standIn }) => {
  const { result: user } = await client.users.create({ user: { name: "Ann" } });
  for (let i = 0; i < 5; ++i) await client.users.update(user.id, { user: { notes: `note ${i}` } });
  const response = await fetch(`${standIn.url}/api/v2/users/${user.id}`, {
    method: "PUT", headers: { Authorization: `Basic ${btoa("agent@example.com/token:lockstep-api-token")}`, "Content-Type": "application/json" }, body: JSON.stringify({ user: { notes: "six" } }),
  });
  assert.equal(response.status, 429);
  assert.match(response.headers.get("content-type"), /text\/plain/);
  assert.match(await response.text(), /updating a single unique user/);
  assert.equal((await client.users.show(user.id)).result.notes, "note 4");
});

scenario("a gateway's page is an error of the client too", { facts: "§A8" }, async ({ client, standIn }) => {
  await standIn.control("faults", { name: "server_error", status: 503, html: true, count: 1 });
  await assert.rejects(client.tickets.list(), /503/);
  assert.deepEqual(await client.tickets.list(), []);
});

scenario("what does not exist is told in two ways", { facts: "§A8" }, async ({ client }) => {
  await assert.rejects(client.tickets.show(999), /404.*Item not found/);
  await assert.rejects(client.satisfactionratings.list(), /404/);
});

// Signing in: exchange, refresh, introspection, revocation, expiry and who renews.
import assert from "node:assert/strict";
import { claim, kOAuth, refused } from "./client.mjs";

const exchange = (client, code) => client.oauth.tokensApi.create("authorization_code", code, kOAuth.redirect, kOAuth.id, kOAuth.secret);
const refresh = (client, token = kOAuth.refresh) => client.oauth.tokensApi.create("refresh_token", undefined, undefined, kOAuth.id, kOAuth.secret, token);

/** What a browser does with the client's authorisation address, on the stand-in's own host. */
async function consent(client, standIn, state) {
  const address = new URL(client.oauth.getAuthorizationUrl(kOAuth.id, kOAuth.redirect, "oauth crm.objects.contacts.read", undefined, state));
  const response = await fetch(`${standIn.url}${address.pathname}${address.search}`, { redirect: "manual" });
  assert.equal(response.status, 302);
  const back = new URL(response.headers.get("location"));
  assert.equal(back.searchParams.get("state"), state);
  return back.searchParams.get("code");
}

const consented = async (client, standIn) => exchange(client, await consent(client, standIn, "s"));

claim("an authorisation code gives a token of half an hour, once", { facts: "§1.1 [D]" }, async ({ client, standIn, open }) => {
  const code = await consent(client, standIn, "a b&c");
  const token = await exchange(client, code);
  assert.equal(token.tokenType, "bearer");
  assert.equal(token.expiresIn, 1800);
  assert.ok(token.refreshToken && token.accessToken);
  const mine = open({ accessToken: token.accessToken });
  assert.deepEqual((await mine.crm.contacts.basicApi.getPage()).results, []);
  const body = await refused(exchange(client, code), 400);
  assert.equal(body.error, "invalid_grant");
  assert.equal(body.status, "BAD_AUTH_CODE");
});

claim("a refresh token gives new access tokens; a bad one says so", { facts: "§1.1 [D]" }, async ({ client }) => {
  const a = await refresh(client), b = await refresh(client, a.refreshToken);
  assert.notEqual(a.accessToken, b.accessToken);
  const body = await refused(refresh(client, "nonsense"), 400);
  assert.equal(body.error, "invalid_grant");
  assert.equal(body.status, "BAD_REFRESH_TOKEN");
});

claim("tokens say what they are good for", { facts: "§1.1 [D]", numbered: true }, async ({ client, later }) => {
  const token = await refresh(client);
  await later("10s");
  const access = await client.oauth.accessTokensApi.get(token.accessToken);
  assert.equal(access.token, token.accessToken);
  assert.equal(access.hubId, 4242001);
  assert.equal(access.appId, 2500001);
  assert.ok(access.expiresIn <= 1790 && access.expiresIn > 1700);
  assert.ok(access.scopes.includes("crm.objects.contacts.write"));
  const held = await client.oauth.refreshTokensApi.get(token.refreshToken);
  assert.equal(held.clientId, kOAuth.id);
  await refused(client.oauth.accessTokensApi.get("nonsense"), 404);
});

claim("a deleted refresh token is dead, the access tokens it gave are not", { facts: "§1.1 [D]", numbered: true }, async ({ client, open }) => {
  const token = await refresh(client);
  await client.oauth.refreshTokensApi.archive(token.refreshToken);
  assert.equal((await refused(refresh(client, token.refreshToken), 400)).status, "BAD_REFRESH_TOKEN");
  assert.equal((await open({ accessToken: token.accessToken }).crm.contacts.basicApi.getPage()).results.length, 0);
});

claim("an expired token is refused until the client has a new one", { facts: "§1.1 [D], §1.4 [U] switch: expired_as_invalid" }, async ({ client, open, later }) => {
  const first = await refresh(client), mine = open({ accessToken: first.accessToken });
  await mine.crm.contacts.basicApi.getPage();
  await later("1800s");
  const body = await refused(mine.crm.contacts.basicApi.getPage(), 401);
  assert.equal(body.category, "EXPIRED_AUTHENTICATION");
  mine.setAccessToken((await refresh(mine, first.refreshToken)).accessToken);
  assert.deepEqual((await mine.crm.contacts.basicApi.getPage()).results, []);
});

claim("each renewal gives another refresh token, unless it may stay", { facts: "§1.1 [U] switch: rotate_refresh_tokens" }, async ({ client, standIn }) => {
  const first = await refresh(client);
  assert.notEqual(first.refreshToken, kOAuth.refresh);
  await refused(refresh(client), 400);
  assert.ok((await refresh(client, first.refreshToken)).accessToken);
  const kept = (await consented(client, standIn)).refreshToken;
  await standIn.control("settings", { rotate_refresh_tokens: false });
  assert.equal((await refresh(client, kept)).refreshToken, kept);
  assert.equal((await refresh(client, kept)).refreshToken, kept);
});

claim("a code goes to an address that the app registered, and to no other", { facts: "§1.1 [D] switch: redirect_uris", untyped: true }, async ({ client, standIn }) => {
  const ask = async (address) => {
    const page = new URL(client.oauth.getAuthorizationUrl(kOAuth.id, address, "oauth"));
    return (await fetch(`${standIn.url}${page.pathname}${page.search}`, { redirect: "manual" })).status;
  };
  assert.deepEqual([await ask(kOAuth.redirect), await ask("https://app.example/callback")], [302, 400]);
  await standIn.control("settings", { redirect_uris: ["https://app.example/callback"] });
  assert.deepEqual([await ask(kOAuth.redirect), await ask("https://app.example/callback")], [400, 302]);
});

claim("the later token endpoints answer in their own shapes", { facts: "§1.1 [S]", numbered: true, untyped: true }, async ({ client }) => {
  const send = async (path, form) => {
    const response = await client.apiRequest({ method: "POST", path, headers: { "Content-Type": "application/x-www-form-urlencoded" }, body: new URLSearchParams(form).toString(), defaultJson: false });
    return [response.status, await response.json()];
  };
  let refreshToken = kOAuth.refresh;
  for (const version of ["v3", "2026-03", "2026-09"]) {
    const [status, token] = await send(`/oauth/${version}/token`, { grant_type: "refresh_token", client_id: kOAuth.id, client_secret: kOAuth.secret, refresh_token: refreshToken });
    refreshToken = token.refresh_token;
    assert.equal(status, 200);
    assert.equal(token.hub_id, 4242001);
    assert.equal(token.token_use, "access_token");
    const [, told] = await send(`/oauth/${version}/token/introspect`, { token_type_hint: "access_token", access_token: token.access_token });
    assert.equal(told.active, true);
    assert.equal(told.client_id, kOAuth.id);
    const [, unknown] = await send(`/oauth/${version}/token/introspect`, { token_type_hint: "access_token", access_token: "nonsense" });
    assert.deepEqual(unknown, { active: false });
  }
});

claim("unknown tokens and missing scopes are told apart", { facts: "§1.4 [O]", numbered: true }, async ({ client, open, standIn }) => {
  const unknown = await refused(open({ accessToken: "nonsense" }).crm.contacts.basicApi.getPage(), 401);
  assert.equal(unknown.category, "INVALID_AUTHENTICATION");
  await standIn.control("settings", { denied_scopes: ["crm.objects.companies.write"] });
  const mine = open();
  assert.equal((await mine.crm.companies.basicApi.getPage()).results.length, 0);
  const denied = await refused(mine.crm.companies.basicApi.create({ properties: { name: "A" }, associations: [] }), 403);
  assert.equal(denied.category, "MISSING_SCOPES");
  assert.deepEqual(denied.errors[0].context.requiredGranularScopes, ["crm.objects.companies.write"]);
});

claim("a token is good for the scopes that were consented to alone", { facts: "§1.1 [D], §1.3 [S]", numbered: true }, async ({ client, standIn, open }) => {
  const token = await exchange(client, await consent(client, standIn, "s"));
  const mine = open({ accessToken: token.accessToken });
  assert.deepEqual((await client.oauth.accessTokensApi.get(token.accessToken)).scopes, ["oauth", "crm.objects.contacts.read"]);
  assert.equal((await mine.crm.contacts.basicApi.getPage()).results.length, 0);
  const denied = await refused(mine.crm.contacts.basicApi.create({ properties: { email: "ann@a.example" }, associations: [] }), 403);
  assert.deepEqual(denied.errors[0].context.requiredGranularScopes, ["crm.objects.contacts.write"]);
  await refused(mine.crm.owners.ownersApi.getPage(), 403);
});

claim("an app that the account shut out is told so", { facts: "§1.4 [O] switch: banned", numbered: true }, async ({ client, standIn }) => {
  await standIn.control("settings", { banned: true });
  assert.equal((await refused(client.crm.contacts.basicApi.getPage(), 403)).category, "BANNED");
});

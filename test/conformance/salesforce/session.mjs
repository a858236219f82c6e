// Logging in by each grant, who one is, how sessions end and are renewed.
import assert from "node:assert/strict";
import { createPublicKey, createSign, generateKeyPairSync, verify } from "node:crypto";
import { scenario } from "../harness.mjs";

const client = { clientId: "lockstep-client", clientSecret: "lockstep-secret" };
const user = { name: "integration@lockstep.example", password: "lockstep-password" };
const expire = (standIn) => standIn.control("faults", { name: "expire_token", count: 1 });
const can_read = async (connection) => assert.equal((await connection.query("SELECT count() FROM Account")).totalSize, 0);

scenario("client credentials give a session of the integration's user", { facts: "§1.2 [T], §1.3 [R]" }, async ({ connection, standIn }) => {
  const who = await connection.authorize({ grant_type: "client_credentials" });
  assert.match(who.id, /^005.{15}$/);
  assert.match(who.organizationId, /^00D.{15}$/);
  assert.equal(connection.instanceUrl, standIn.url);
  assert.equal(connection.refreshToken, undefined);
  await can_read(connection);
});

scenario("a wrong secret is refused with the words of the token endpoint", { facts: "§1.5 [U]" }, async ({ connection, oauth2 }) => {
  oauth2.clientSecret = "wrong";
  await assert.rejects(connection.authorize({ grant_type: "client_credentials" }), { name: "invalid_client", message: "invalid client credentials" });
});

async function consented(standIn, oauth2, more = {}) {
  const page = await fetch(oauth2.getAuthorizationUrl({ scope: "api refresh_token", state: "a&b=c", ...more }), { redirect: "manual" });
  assert.equal(page.status, 302);
  const back = new URL(page.headers.get("location"));
  assert.equal(back.searchParams.get("state"), "a&b=c");
  return back.searchParams.get("code");
}

scenario("an authorization code gives a session with a refresh token, once", { facts: "§1.1 [J], §1.2 [R]" }, async ({ connection, oauth2, standIn }) => {
  const code = await consented(standIn, oauth2);
  await connection.authorize(code);
  assert.ok(connection.refreshToken);
  await can_read(connection);
  await assert.rejects(connection.authorize(code), { name: "invalid_grant" });
});

scenario("a code with a challenge needs its verifier", { facts: "§1.1 [J]" }, async ({ jsforce, standIn }) => {
  const settings = { loginUrl: standIn.url, ...client, redirectUri: `${standIn.url}/callback`, useVerifier: true };
  const oauth2 = new jsforce.OAuth2(settings);
  const code = await consented(standIn, oauth2);
  const other = new jsforce.Connection({ oauth2: new jsforce.OAuth2(settings), version: "60.0" });
  await assert.rejects(other.authorize(code), { name: "invalid_grant", message: "invalid code verifier" });
  const connection = new jsforce.Connection({ oauth2, version: "60.0" });
  await connection.authorize(await consented(standIn, oauth2));
  await can_read(connection);
});

scenario("an id token is signed with the key that the org names", { facts: "§1.3 [J]" }, async ({ connection, oauth2, standIn }) => {
  const tokens = await oauth2.requestToken(await consented(standIn, oauth2, { scope: "api openid refresh_token" }));
  const [header, claims] = tokens.id_token.split(".").slice(0, 2).map((part) => JSON.parse(Buffer.from(part, "base64url")));
  const found = await (await fetch(`${standIn.url}/.well-known/openid-configuration`)).json();
  const { keys } = await (await fetch(found.jwks_uri)).json();
  const key = createPublicKey({ key: keys.find((each) => each.kid === header.kid), format: "jwk" });
  const [signed, signature] = [tokens.id_token.slice(0, tokens.id_token.lastIndexOf(".")), tokens.id_token.split(".")[2]];
  assert.ok(verify("RSA-SHA256", Buffer.from(signed), key, Buffer.from(signature, "base64url")));
  assert.deepEqual([claims.iss, claims.sub], [found.issuer, tokens.id]);
  connection.accessToken = tokens.access_token;
  connection.instanceUrl = tokens.instance_url;
  await can_read(connection);
});

scenario("a name and a password log in through OAuth where that is let in", { facts: "§1.2 [U] switch: password_grant" }, async ({ connection, standIn }) => {
  await assert.rejects(connection.login(user.name, user.password), { name: "invalid_grant", message: "authentication failure" });
  await standIn.control("settings", { password_grant: true });
  await connection.login(user.name, user.password);
  assert.equal((await connection.identity()).username, user.name);
  await assert.rejects(connection.login(user.name, "wrong"), { name: "invalid_grant", message: "authentication failure" });
});

scenario("a name and a password log in through SOAP where there is no client", { facts: "§1.8 [J][T]" }, async ({ jsforce, standIn }) => {
  const connection = new jsforce.Connection({ loginUrl: standIn.url, version: "60.0" });
  const who = await connection.login(user.name, user.password);
  assert.match(who.organizationId, /^00D.{15}$/);
  await can_read(connection);
  await expire(standIn);
  await can_read(connection);  // the client logs in anew by itself
  await connection.logout();
  assert.equal(connection.accessToken, null);
  await assert.rejects(new jsforce.Connection({ loginUrl: standIn.url, version: "60.0" }).login(user.name, "wrong"), /^Error: INVALID_LOGIN: /);
});

scenario("SOAP has no login from version 65.0 on", { facts: "§1.1 [J]" }, async ({ jsforce, standIn }) => {
  const connection = new jsforce.Connection({ loginUrl: standIn.url, version: "65.0" });
  await assert.rejects(connection.login(user.name, user.password), /not available/);
});

scenario("a signed assertion is a session until it expires, if its signature holds", { facts: "§1.2 [S][I][D], §1.5 [I]" }, async ({ connection, standIn }) => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  await standIn.control("settings", { jwt_keys: { "lockstep-client": publicKey.export({ type: "spki", format: "pem" }) } });
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const assertion = (claims) => {
    const text = `${encode({ alg: "RS256" })}.${encode({ iss: client.clientId, sub: user.name, aud: "https://login.salesforce.com", exp: Math.floor(Date.now() / 1000) + 170, ...claims })}`;
    return `${text}.${createSign("RSA-SHA256").update(text).sign(privateKey, "base64url")}`;
  };
  const authorize = (text) => connection.authorize({ grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion: text });
  await authorize(assertion({}));
  await authorize(assertion({ exp: String(Math.floor(Date.now() / 1000) + 170) }));  // as simple-salesforce writes it
  await authorize(assertion({ sub: undefined, prn: user.name }));  // as the oldest of them does
  await authorize(assertion({ exp: Date.now() + 300 }));  // as the vendor's own command line does
  await authorize(assertion({ exp: Math.floor(Date.now() / 1000) + 360 }));  // as the libraries do that have no other use
  await can_read(connection);
  await assert.rejects(authorize(assertion({ exp: Math.floor(Date.now() / 1000) - 1 })), { name: "invalid_grant", message: "expired authorization code" });
  await assert.rejects(authorize(assertion({ sub: "nobody@lockstep.example" })), { name: "invalid_grant", message: "user hasn't approved this consumer" });
  await assert.rejects(authorize(assertion({}).slice(0, -8) + "AAAAAAAA"), { name: "invalid_grant", message: "invalid assertion" });
});

scenario("the client renews an expired session by its refresh token and repeats the call", { facts: "§1.2 [T], §1.6 [R][J]" }, async ({ jsforce, oauth2, standIn }) => {
  const connection = new jsforce.Connection({ oauth2, instanceUrl: standIn.url, refreshToken: "lockstep-refresh-token", accessToken: "00D!expired", version: "60.0" });
  let refreshed = 0;
  connection.on("refresh", () => ++refreshed);
  await can_read(connection);
  await expire(standIn);
  const created = await connection.sobject("Account").create({ Name: "Acme" });
  assert.equal(created.success, true);
  assert.equal(refreshed, 2);
  assert.equal(connection.refreshToken, "lockstep-refresh-token");
});

scenario("without a refresh token an expired session is the caller's", { facts: "§1.6 [J], §9.2.8 [T]" }, async ({ connection, standIn }) => {
  await connection.authorize({ grant_type: "client_credentials" });
  await expire(standIn);
  await assert.rejects(can_read(connection), /No refresh token found in the connection/);
});

scenario("a refused refresh token is told with its description", { facts: "§1.5 [R], §9.2.8 [T]" }, async ({ jsforce, oauth2, standIn }) => {
  const connection = new jsforce.Connection({ oauth2, instanceUrl: standIn.url, refreshToken: "nobody-consented", accessToken: "00D!expired", version: "60.0" });
  await assert.rejects(can_read(connection), /expired access\/refresh token/);
});

scenario("logging out revokes the session; revoking the refresh token ends its sessions", { facts: "§1.7 [T][J]" }, async ({ jsforce, connection, oauth2, standIn }) => {
  await connection.authorize(await consented(standIn, oauth2));
  const other = new jsforce.Connection({ instanceUrl: standIn.url, accessToken: connection.accessToken, version: "60.0" });
  await can_read(other);
  await connection.logout(true);
  await assert.rejects(can_read(other), { errorCode: "INVALID_SESSION_ID" });
  await assert.rejects(oauth2.revokeToken("00D!never-was"), { name: "invalid_token" });
});

scenario("the identity says who is logged in, with URLs by version", { facts: "§1.4 [X]" }, async ({ connection }) => {
  const { id, organizationId } = await connection.authorize({ grant_type: "client_credentials" });
  const who = await connection.identity();
  assert.equal(who.user_id, id);
  assert.equal(who.organization_id, organizationId);
  assert.equal(who.username, user.name);
  assert.match(who.urls.rest, /\/services\/data\/v\{version\}\/$/);
  connection.userInfo = undefined;  // found by the list of resources then
  assert.equal((await connection.identity()).user_id, id);
});

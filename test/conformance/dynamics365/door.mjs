// Signing in, acting for others, limits and failures.
import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { scenario } from "../harness.mjs";

scenario("a token comes by client credentials for this organisation alone", { facts: "§1.1" }, async ({ standIn, requestToken }) => {
  const { status, body } = await requestToken(standIn.url);
  assert.equal(status, 200);
  assert.deepEqual([body.token_type, body.expires_in], ["Bearer", 3599]);
  const refused = async (fields, expected) => { const answer = await requestToken(standIn.url, fields); assert.equal(answer.body.error, expected); };
  await refused({ client_secret: "wrong" }, "invalid_client");
  await refused({ client_id: "nobody" }, "unauthorized_client");
  await refused({ scope: "https://other.crm.dynamics.com/.default" }, "invalid_scope");
  await refused({ grant_type: "magic" }, "unsupported_grant_type");
});

scenario("the older token endpoint takes a resource", { facts: "§1.1 [K]" }, async ({ standIn, requestToken, client }) => {
  const { status, body } = await requestToken(standIn.url, { resource: `${standIn.url}/` }, "contoso.onmicrosoft.com/oauth2/token");
  assert.equal(status, 200);
  const api = client({ onTokenRefresh: async () => body.access_token });
  assert.ok((await api.callFunction("WhoAmI")).UserId);
});

scenario("a certificate's assertion takes the place of the secret", { facts: "§1.1 [K]" }, async ({ standIn, requestToken }) => {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 }), { privateKey: anothers } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const signed = (text, key) => `${text}.${sign("sha256", Buffer.from(text), key).toString("base64url")}`;
  const assertion = (claims, key = privateKey) => signed(`${part({ alg: "RS256", typ: "JWT" })}.${part({ aud: `${standIn.url}/contoso.onmicrosoft.com/oauth2/v2.0/token`, iss: "lockstep-client", sub: "lockstep-client", jti: "1", exp: Math.floor(Date.now() / 1000) + 300, ...claims })}`, key);
  const ask = (claims, key) => requestToken(standIn.url, { client_secret: "", client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", client_assertion: assertion(claims, key) });
  assert.equal((await ask({})).body.error, "invalid_client", "no certificate is registered");
  await standIn.control("settings", { client_keys: { "lockstep-client": publicKey.export({ type: "spki", format: "pem" }) } });
  assert.equal((await ask({})).status, 200);
  assert.equal((await ask({}, anothers)).body.error, "invalid_client");
  assert.equal((await ask({ exp: 1 })).body.error, "invalid_client");
  assert.equal((await ask({ aud: "elsewhere" })).body.error, "invalid_client");
});

scenario("a token that has died is challenged, and the client's own renewal goes on", { facts: "§1.2" }, async ({ api, standIn, forget, renewals }) => {
  await api.callFunction("WhoAmI");
  await standIn.control("clock", { advance: "2h" });
  await assert.rejects(api.callFunction("WhoAmI"), (error) => {
    assert.equal(error.status, 401);
    assert.equal(error.message, "Unexpected Error", "the body is empty");
    assert.match(error.headers["www-authenticate"], /^Bearer authorization_uri=http[^",]*\/contoso\.onmicrosoft\.com\/oauth2\/authorize, resource_id=http[^"]*\/$/);
    return true;
  });
  forget();
  await api.callFunction("WhoAmI");
  assert.equal(renewals(), 2);
});

scenario("without a token nothing is told", { facts: "§1.2" }, async ({ client }) => {
  await assert.rejects(client({ onTokenRefresh: async () => "no such token" }).callFunction("WhoAmI"), { status: 401 });
});

scenario("an application without a user in the organisation is turned away", { facts: "§1.1 [?] switch: not_member_status" }, async ({ api, standIn }) => {
  await standIn.control("settings", { denied: ["SignIn systemuser"] });
  await assert.rejects(api.callFunction("WhoAmI"), { status: 403, code: "0x80072560" });
});

scenario("a missing privilege is 403", { facts: "§5.3" }, async ({ api, standIn }) => {
  await standIn.control("settings", { denied: ["Write contact"] });
  const key = await api.create({ collection: "contacts", data: { lastname: "Lee" } });
  await assert.rejects(api.update({ collection: "contacts", key, data: { lastname: "Poe" } }), { status: 403, code: "0x80040220" });
});

scenario("writes under another's name bear it, and say who did them", { facts: "§1.5" }, async ({ api, client, standIn }) => {
  await standIn.control("edit", { as: "Ann", operation: "create", object: "contact", fields: { lastname: "Lee" } });
  const me = (await api.callFunction("WhoAmI")).UserId;
  const { value: [ann] } = await api.retrieveMultiple({ collection: "systemusers", select: ["fullname", "azureactivedirectoryobjectid"], filter: "fullname eq 'Ann'" });
  const columns = ["_createdby_value", "_createdonbehalfby_value", "_modifiedby_value", "_modifiedonbehalfby_value"];
  const row = await api.create({ collection: "accounts", data: { name: "A" }, impersonate: ann.systemuserid, returnRepresentation: true, select: columns });
  assert.deepEqual([row._createdby_value, row._createdonbehalfby_value], [ann.systemuserid, me]);
  const after = await api.update({ collection: "accounts", key: row.accountid, data: { name: "B" }, returnRepresentation: true, select: columns });
  assert.deepEqual([after._modifiedby_value, after._modifiedonbehalfby_value], [me, null]);
  assert.equal((await client({ impersonateAAD: ann.azureactivedirectoryobjectid }).callFunction("WhoAmI")).UserId, ann.systemuserid);
  await assert.rejects(api.create({ collection: "accounts", data: { name: "C" }, impersonate: "99999999-9999-4999-8999-999999999999" }), { status: 404 });
});

scenario("requests beyond the window are 429 with a wait that grows", { facts: "§4.1" }, async ({ api, standIn, forget }) => {
  await standIn.control("settings", { requests: 3 });
  for (let i = 0; i < 3; ++i) await api.callFunction("WhoAmI");
  const waits = [];
  for (let i = 0; i < 3; ++i) {
    await assert.rejects(api.callFunction("WhoAmI"), (error) => {
      assert.deepEqual([error.status, error.code], [429, "0x80072322"]);
      assert.equal(error.message, "Number of requests exceeded the limit of 3 over time window of 300 seconds.");
      waits.push(Number(error.headers["retry-after"]));
      return true;
    });
  }
  assert.ok(waits[0] > 0 && waits[2] >= waits[0] && waits[2] <= 300, waits.join());
  await standIn.control("clock", { advance: "301s" });
  await api.callFunction("WhoAmI");
  forget();
});

scenario("too many requests at once are 429 with a short wait", { facts: "§4.1" }, async ({ api, signIn, standIn }) => {
  await signIn();
  await standIn.control("settings", { concurrent: 2 });
  await standIn.control("faults", { name: "slow", delay_ms: 700 });
  const outcomes = await Promise.allSettled(Array.from({ length: 4 }, () => api.callFunction("WhoAmI")));
  const refused = outcomes.filter((each) => each.status === "rejected").map((each) => each.reason);
  assert.equal(refused.length, 2);
  for (const error of refused) assert.deepEqual([error.status, error.code, error.message], [429, "0x80072326", "Number of concurrent requests exceeded the limit of 2."]);
});

scenario("a batch is throttled as a whole, as plain JSON", { facts: "§2.12, §4.1" }, async ({ api, standIn, signIn }) => {
  await signIn();
  await standIn.control("settings", { requests: 1 });
  const batch = () => { api.startBatch(); api.create({ collection: "accounts", data: { name: "A" } }); api.create({ collection: "accounts", data: { name: "B" } }); return api.executeBatch(); };
  assert.equal((await batch()).length, 2);
  await assert.rejects(batch(), { status: 429, code: "0x80072322" });
});

scenario("failures of the front end and of the database are told apart", { facts: "§4.1, §5.2" }, async ({ api, standIn }) => {
  await standIn.control("faults", { name: "server_error", count: 1, match: "WhoAmI" });
  await assert.rejects(api.callFunction("WhoAmI"), { status: 503 });
  await standIn.control("faults", { name: "server_error", count: 1, match: "WhoAmI", status: 500 });
  await assert.rejects(api.callFunction("WhoAmI"), { status: 500, code: "0x80044151" });
});

scenario("a create whose answer was lost is found by the key that was chosen", { facts: "§5.3, §10 [D]" }, async ({ api, signIn, standIn }) => {
  await signIn();
  const key = "55555555-5555-4555-8555-555555555555";
  await standIn.control("faults", { name: "drop_after_commit", count: 1, match: "PATCH" });
  const create = () => api.upsert({ collection: "accounts", key, data: { name: "A" }, ifnonematch: "*" });
  await assert.rejects(create());
  assert.equal(await create(), null, "it is there already");
  assert.equal((await api.retrieve({ collection: "accounts", key, select: ["name"] })).name, "A");
});

scenario("errors bring details when all annotations are asked for", { facts: "§5.1" }, async ({ api }) => {
  await assert.rejects(api.create({ collection: "contacts", data: { lastname: "Lee", gendercode: 9 }, includeAnnotations: "*" }), (error) => error["@Microsoft.PowerApps.CDS.InnerError.Message"] === error.message && error["@Microsoft.PowerApps.CDS.HelpLink"].startsWith("http"));
});

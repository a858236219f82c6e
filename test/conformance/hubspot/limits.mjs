// Quotas and failures, and what the client makes of them by itself.
import assert from "node:assert/strict";
import { claim, refused } from "./client.mjs";

const create = (client, n) => client.crm.contacts.basicApi.create({ properties: { email: `c${n}@x.example` }, associations: [] });
const search = (client) => client.crm.contacts.searchApi.doSearch({ filterGroups: [], properties: [], limit: 1 });

/** What the client says about its own retries goes to the console; here it is counted instead. */
async function counting(run) {
  const original = console.error, said = [];
  console.error = (text) => said.push(text);
  try {
    await run();
  } finally {
    console.error = original;
  }
  return said.length;
}

claim("the rolling quota answers 429 with its policy; a client that retries waits it out", { facts: "§4.1 [D2], §4.3 [O], §9.1 [K]", numbered: true }, async ({ standIn, open }) => {
  await standIn.control("settings", { burst_requests: 2 });
  const once = open();
  for (const n of [1, 2]) await create(once, n);
  const body = await refused(create(once, 3), 429);
  assert.deepEqual([body.policyName, body.message, body.status], ["TEN_SECONDLY_ROLLING", "You have reached your ten_secondly_rolling limit.", "error"]);
  const patient = open({ numberOfApiCallRetries: 3 });
  const retries = await counting(() => create(patient, 3));
  assert.equal(retries, 1);  // ten seconds later
});

claim("the second of searches answers 429; a client that retries waits a second", { facts: "§3.1 [D], §4.3 [O], §9.1 [K]", numbered: true }, async ({ open }) => {
  const once = open();
  const answers = await Promise.allSettled(Array.from({ length: 8 }, () => search(once)));
  const refusals = answers.filter((each) => each.status === "rejected");
  assert.ok(refusals.length >= 1);
  for (const { reason } of refusals) {
    assert.equal(reason.code, 429);
    assert.equal(reason.body.message, "You have reached your secondly limit.");
    assert.equal(reason.headers["x-hubspot-ratelimit-max"], undefined);
  }
  const patient = open({ numberOfApiCallRetries: 6 });
  await counting(async () => assert.equal((await Promise.all(Array.from({ length: 8 }, () => search(patient)))).length, 8));
});

claim("the client's limiter keeps within the quota by itself", { facts: "§4.1 [D2], §9.1 [K]", numbered: true }, async ({ open, standIn, hubspot }) => {
  const careful = open({ limiterOptions: hubspot.SEARCH_LIMITER_OPTIONS });
  await Promise.all(Array.from({ length: 8 }, () => search(careful)));
  assert.deepEqual(Object.keys((await standIn.control("counts")).statuses), ["200"]);
  open();  // the limiter belongs to the last client made
});

claim("the daily quota is the account's, told in headers, and not worth a retry", { facts: "§4.1 [D2], §4.2 [D2]", numbered: true, settings: [] }, async ({ open, standIn }) => {
  await standIn.control("settings", { daily_requests: 2 });
  const client = open({ numberOfApiCallRetries: 3 });
  const { headers } = await client.apiRequest({ path: "/crm/v3/objects/contacts" });
  assert.deepEqual(["max", "remaining", "interval-milliseconds", "daily", "daily-remaining"].map((name) => headers.get(`x-hubspot-ratelimit-${name}`)), ["100", "99", "10000", "2", "1"]);
  await create(client, 1);
  const body = await refused(create(client, 2), 429);
  assert.equal(body.policyName, "DAILY");
  assert.equal((await standIn.control("counts")).total_calls, 3);
  const usage = await standIn.control("settings", { daily_requests: 10 }).then(() => client.apiRequest({ path: "/account-info/v3/api-usage/daily/private-apps" }));
  const [row] = (await usage.json()).results;
  assert.deepEqual([row.name, row.usageLimit, row.currentUsage], ["private-apps-api-calls-daily", 10, 3]);
});

claim("apps that signed in by OAuth have a bucket of 110 and no day", { facts: "§4.1 [D2], §4.2 [D2]", numbered: true }, async ({ open, client }) => {
  const token = await client.oauth.tokensApi.create("refresh_token", undefined, undefined, "lockstep-client", "lockstep-secret", "lockstep-refresh-token");
  const { headers } = await open({ accessToken: token.accessToken }).apiRequest({ path: "/crm/v3/objects/contacts" });
  assert.equal(headers.get("x-hubspot-ratelimit-max"), "110");
  assert.equal(headers.get("x-hubspot-ratelimit-daily"), null);
});

claim("pages of the edge with 502 are retried, and given up without retries", { facts: "§4.4 [D], §9.1 [K]", numbered: true }, async ({ open, standIn }) => {
  await standIn.control("faults", { name: "server_error", status: 502, count: 2 });
  const retries = await counting(() => create(open({ numberOfApiCallRetries: 3 }), 1));
  assert.equal(retries, 2);
  await standIn.control("faults", { name: "server_error", status: 503, count: 1 });
  const body = await refused(create(open(), 2), 503);
  assert.match(String(body), /<html>/);
});

claim("locks and moves are refused for a while and not retried by the client", { facts: "§4.4 [D], §9.1 [K]", numbered: true }, async ({ open, standIn }) => {
  const client = open({ numberOfApiCallRetries: 3 });
  await standIn.control("faults", { name: "server_error", status: 423, count: 1 });
  await refused(create(client, 1), 423);
  await standIn.control("faults", { name: "server_error", status: 477, count: 1, retry_after_ms: 60000 });
  await assert.rejects(create(client, 1), (error) => error.code === 477 && error.headers["retry-after"] === "60");
  assert.equal((await create(client, 1)).properties.email, "c1@x.example");
});

claim("a lost answer was a write all the same", { facts: "§4.6 [O]", numbered: true }, async ({ client, standIn }) => {
  await standIn.control("faults", { name: "drop_after_commit", count: 1 });
  await assert.rejects(create(client, 1));
  const body = await refused(create(client, 1), 409);
  assert.match(body.message, /^Contact already exists\. Existing ID: \d+$/);
  await standIn.control("faults", { name: "error_after_commit", status: 504, count: 1 });
  await refused(create(client, 2), 504);
  await refused(create(client, 2), 409);
});

claim("a row of a batch can fail though nothing is wrong with it", { facts: "§2.5 [D], §4.4 [D]" }, async ({ client, standIn }) => {
  const api = client.crm.companies.batchApi;
  await standIn.control("faults", { name: "batch_item", count: 1 });
  const answer = await api.create({ inputs: [1, 2].map((n) => ({ properties: { name: `C${n}` }, associations: [], objectWriteTraceId: `t${n}` })) });
  assert.deepEqual(answer.errors.map((row) => row.context.objectWriteTraceId), [["t1"]]);
  assert.deepEqual(answer.results.map((each) => each.objectWriteTraceId), ["t2"]);
  await standIn.control("faults", { name: "batch_item", count: 1 });
  const { results: [{ id }] } = answer;
  const update = await api.update({ inputs: [{ id, properties: { city: "Berlin" } }] });
  assert.deepEqual(update.errors[0].context.ids, [id]);
  assert.equal((await api.update({ inputs: [{ id, properties: { city: "Berlin" } }] })).results.length, 1);
});

claim("an expired token is refused by every call at once", { facts: "§1.4 [U] switch: expired_as_invalid", numbered: true }, async ({ client, open, standIn }) => {
  let refreshToken = "lockstep-refresh-token";
  const refresh = async () => {
    const token = await client.oauth.tokensApi.create("refresh_token", undefined, undefined, "lockstep-client", "lockstep-secret", refreshToken);
    refreshToken = token.refreshToken;
    return token.accessToken;
  };
  const mine = open({ accessToken: await refresh() });
  await standIn.control("faults", { name: "expire_token", count: 1 });
  assert.equal((await refused(create(mine, 1), 401)).category, "EXPIRED_AUTHENTICATION");
  mine.setAccessToken(await refresh());
  assert.ok((await create(mine, 1)).id);
});

claim("addresses that are too long are refused by the edge, in HTML", { facts: "§2.7 [O]", numbered: true }, async ({ client }) => {
  const names = Array.from({ length: 900 }, (_, n) => `property_${n}`);
  assert.match(String(await refused(client.crm.contacts.basicApi.getPage(10, undefined, names), 414)), /414 Request-URI Too Large/);
  const { id } = await create(client, 1);
  assert.equal((await client.crm.contacts.batchApi.read({ inputs: [{ id }], properties: names, propertiesWithHistory: [] })).results.length, 1);
});

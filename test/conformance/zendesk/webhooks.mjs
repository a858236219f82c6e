// Webhooks: made, told, signed.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { scenario } from "../harness.mjs";

/** A receiver on a free port; `told()` waits for so many calls. */
async function receiver(status = 200) {
  const calls = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => { body += part; });
    request.on("end", () => { calls.push({ headers: request.headers, body }); response.writeHead(status, { "Retry-After": "1" }).end(); });
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  server.unref();
  const told = async (count) => {
    for (let i = 0; i < 100 && calls.length < count; ++i) await new Promise((done) => setTimeout(done, 50));
    return calls.map((each) => ({ ...each, event: JSON.parse(each.body) }));
  };
  return { url: `http://127.0.0.1:${server.address().port}/hook`, told, stop: () => server.close() };
}

const webhook = (endpoint, subscriptions) => ({ webhook: { name: "sync", status: "active", endpoint, http_method: "POST", request_format: "json", subscriptions } });

scenario("a webhook is made, read, changed and deleted", { facts: "§A9" }, async ({ client }) => {
  const { response, result: made } = await client.webhooks.create(webhook("http://127.0.0.1:9/x", ["zen:event-type:user.created"]));
  assert.equal(response.status, 201);
  assert.equal((await client.webhooks.show(made.id)).result.name, "sync");
  await client.webhooks.patch(made.id, { webhook: { status: "inactive" } });
  assert.deepEqual((await client.webhooks.list()).map((each) => each.status), ["inactive"]);
  await assert.rejects(client.webhooks.update(made.id, webhook("http://127.0.0.1:9/x", ["conditional_ticket_events"])), /400/);
  await client.webhooks.delete(made.id);
  await assert.rejects(client.webhooks.show(made.id), /404/);
});

scenario("events are signed over time and body", { facts: "§A9" }, async ({ client }) => {
  const hook = await receiver();
  const { result: made } = await client.webhooks.create(webhook(hook.url, ["zen:event-type:user.created"]));
  const { result: secret } = await client.webhooks.getSigningSecret(made.id);
  const { result: user } = await client.users.create({ user: { name: "Ann" } });
  const [{ headers, body, event }] = await hook.told(1);
  hook.stop();
  const expected = createHmac("sha256", secret.signing_secret.secret).update(headers["x-zendesk-webhook-signature-timestamp"] + body).digest("base64");
  assert.equal(headers["x-zendesk-webhook-signature"], expected);
  assert.equal(headers["x-zendesk-webhook-id"], made.id);
  assert.equal(headers["user-agent"], "Zendesk Webhook");
  assert.equal(event.type, "zen:event-type:user.created");
  assert.equal(event.subject, `zen:user:${user.id}`);
  assert.equal(event.detail.id, String(user.id));
});

scenario("a save tells several events of one sequence", { facts: "§A9" }, async ({ client, load }) => {
  const { ids } = await load("tickets", [{ description: "x" }]);
  const hook = await receiver();
  await client.webhooks.create(webhook(hook.url, ["zen:event-type:ticket.status_changed", "zen:event-type:ticket.priority_changed", "zen:event-type:ticket.comment_added"]));
  await client.tickets.update(ids[0], { ticket: { status: "open", priority: "high", comment: { body: "Hello" } } });
  const events = (await hook.told(3)).map((each) => each.event);
  hook.stop();
  assert.equal(new Set(events.map((each) => each.event.meta.sequence.id)).size, 1);
  assert.deepEqual(events.map((each) => each.event.meta.sequence.position).sort(), [1, 2, 3]);
  const status = events.find((each) => each.type.endsWith("status_changed"));
  assert.equal(status.event.current, "OPEN");
  assert.equal(status.event.previous, "NEW");
});

scenario("an outage is told again, another refusal is not", { facts: "§A9 [?] switch: webhook_retries" }, async ({ client, later }) => {
  for (const [status, times] of [[503, 2], [500, 1]]) {
    const hook = await receiver(status);
    await client.webhooks.create(webhook(hook.url, ["zen:event-type:organization.created"]));
    await client.organizations.create({ organization: { name: `Org ${status}` } });
    await hook.told(1);
    await later("6s");
    await new Promise((done) => setTimeout(done, 400));
    const calls = await hook.told(times);
    hook.stop();
    assert.equal(calls.length, times);
    assert.ok(calls.every((each) => each.event.id === calls[0].event.id));
  }
});

scenario("a test calls the receiver at once and tells what it said", { facts: "§A9 [K]" }, async ({ client }) => {
  const hook = await receiver(418);
  const { result: made } = await client.webhooks.create(webhook(hook.url, ["zen:event-type:user.created"]));
  const { result: tested } = await client.webhooks.test({ request: { payload: '{"a":1}' } }, made.id);
  assert.equal((tested.response ?? tested).status, 418);
  const [call] = await hook.told(1);
  assert.deepEqual(call.event, { a: 1 });
  assert.ok(call.headers["x-zendesk-webhook-signature"]);
  await assert.rejects(client.webhooks.test({ request: { endpoint: "nowhere", http_method: "POST" } }), /400/);
  const { result: invocations } = await client.webhooks.listInvocations(made.id);
  assert.equal(invocations.invocations[0].status_code, 418);
  const { result: attempts } = await client.webhooks.listInvocationAttempts(made.id, invocations.invocations[0].id);
  assert.equal(attempts.attempts[0].request.payload, '{"a":1}');
  hook.stop();
});

scenario("a duplicated webhook carries the same event", { facts: "§A9" }, async ({ client, standIn }) => {
  await standIn.control("faults", { name: "webhook_duplicated", calls: [1] });
  const hook = await receiver();
  await client.webhooks.create(webhook(hook.url, ["zen:event-type:user.created"]));
  await client.users.create({ user: { name: "Ann" } });
  const calls = await hook.told(2);
  hook.stop();
  assert.equal(calls.length, 2);
  assert.equal(calls[0].event.id, calls[1].event.id);
});

scenario("the breaker opens when most calls fail, and what happens then is never told", { facts: "§A9 [I]" }, async ({ client, later }) => {
  const hook = await receiver(500);
  await client.webhooks.create(webhook(hook.url, ["zen:event-type:user.created"]));
  for (let i = 0; i < 10; ++i) await client.users.create({ user: { name: `User ${i}` } });
  await hook.told(10);
  await new Promise((done) => setTimeout(done, 300));
  await client.users.create({ user: { name: "Unheard" } });
  await later("301s");
  await client.users.create({ user: { name: "Heard" } });
  const calls = await hook.told(11);
  hook.stop();
  assert.equal(calls.length, 11);
  assert.equal(JSON.stringify(calls.at(-1).event).includes("Heard"), true);
  assert.equal(calls.some((each) => each.body.includes("Unheard")), false);
});

scenario("a webhook's secret is made anew", { facts: "§A9 [K]" }, async ({ client }) => {
  const { result: made } = await client.webhooks.create(webhook("http://127.0.0.1:9/x", ["zen:event-type:user.created"]));
  const secret = async (asked) => ((answer) => (answer.signing_secret ?? answer).secret)((await asked).result);
  const before = await secret(client.webhooks.getSigningSecret(made.id)), after = await secret(client.webhooks.resetSigningSecret(made.id));
  assert.notEqual(before, after);
  assert.equal(await secret(client.webhooks.getSigningSecret(made.id)), after);
});

scenario("a trigger is made, listed, changed and deleted", { facts: "§A9 [K]" }, async ({ client }) => {
  const { result: told } = await client.webhooks.create(webhook("http://127.0.0.1:9/x", ["conditional_ticket_events"]));
  const trigger = { title: "Tell", conditions: { all: [{ field: "status", operator: "is", value: "open" }], any: [] }, actions: [{ field: "notification_webhook", value: [told.id, "{}"] }] };
  const { result: made } = await client.triggers.create({ trigger });
  assert.equal((await client.triggers.show(made.id)).result.title, "Tell");
  assert.deepEqual((await client.triggers.list()).map((each) => each.id), [made.id]);
  assert.equal((await client.triggers.update(made.id, { trigger: { active: false } })).result.active, false);
  assert.deepEqual(await client.triggers.listActive(), []);
  await assert.rejects(client.triggers.create({ trigger: { ...trigger, actions: [] } }), /422/);
  await client.triggers.delete(made.id);
  await assert.rejects(client.triggers.show(made.id), /404/);
});

scenario("triggers are found, put in order and changed together", { facts: "§A9 [K]" }, async ({ client }) => {
  const { result: told } = await client.webhooks.create(webhook("http://127.0.0.1:9/x", ["conditional_ticket_events"]));
  const trigger = (title) => ({ trigger: { title, conditions: { all: [{ field: "status", operator: "is", value: "open" }] }, actions: [{ field: "notification_webhook", value: [told.id, "{}"] }] } });
  const one = (await client.triggers.create(trigger("One"))).result, two = (await client.triggers.create(trigger("Two"))).result;
  assert.deepEqual((await client.triggers.search("two")).result.map((each) => each.id), [two.id]);
  await client.triggers.reorder([two.id, one.id]);
  assert.deepEqual((await client.triggers.list()).map((each) => each.id), [two.id, one.id]);
  await client.triggers.updateMany([{ id: one.id, active: false }]);
  assert.deepEqual((await client.triggers.listActive()).map((each) => each.id), [two.id]);
  const [{ definitions }] = [await client.triggers.definitions()].flat();
  assert.ok(definitions.conditions_all.some((each) => each.subject === "status"));
});

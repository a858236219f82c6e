// Change Data Capture over CometD: the client's own long polls, replay, gaps.
import assert from "node:assert/strict";
import { once } from "node:events";
import { scenario } from "../harness.mjs";

const signed_in = (connection) => connection.authorize({ grant_type: "client_credentials" });
const channel = "/data/ContactChangeEvent";
const header = (event) => event.payload.ChangeEventHeader;

/** Collects events; `until(count)` waits for that many. */
function collector() {
  const events = [];
  let waiting = () => {};
  const listener = (event) => { events.push(event); waiting(); };
  const until = (count) => new Promise((done) => { waiting = () => events.length >= count && done(events); waiting(); });
  return { listener, until, events };
}

function subscribe(jsforce, connection, replay, listener, name = channel) {
  const client = connection.streaming.createClient([new jsforce.StreamingExtension.Replay(name, replay)]);
  return new Promise((done, failed) => {
    const subscription = client.subscribe(name, listener);
    subscription.callback(() => done({ client, subscription }));
    subscription.errback(failed);
  });
}

const with_extension = async ({ jsforce, ...rest }, run) => {
  const { StreamingExtension } = await import("jsforce/lib/api/streaming.js").then((module) => module.default ?? module);
  return run({ jsforce: { ...jsforce, StreamingExtension }, ...rest });
};
const claim = (name, options, run) => scenario(name, options, (context) => with_extension(context, run));

claim("a write becomes an event with what changed", { facts: "§3.5 [X], §3.6 [D]" }, async ({ jsforce, connection }) => {
  await signed_in(connection);
  const { listener, until } = collector();
  const { client } = await subscribe(jsforce, connection, -1, listener);
  const { id } = await connection.sobject("Contact").create({ LastName: "Lovelace", MailingCity: "London" });
  await connection.sobject("Contact").update({ Id: id, Title: "Countess", MailingCity: null });
  await connection.sobject("Contact").destroy(id);
  const [created, updated, deleted] = await until(3);
  assert.deepEqual([created, updated, deleted].map((event) => header(event).changeType), ["CREATE", "UPDATE", "DELETE"]);
  assert.deepEqual(header(created).recordIds, [id]);
  assert.deepEqual([created.payload.Name, created.payload.MailingAddress], [{ LastName: "Lovelace" }, { City: "London" }]);
  assert.match(created.payload.CreatedDate, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.deepEqual([updated.payload.Title, updated.payload.MailingAddress], ["Countess", { City: null }]);
  assert.deepEqual(header(updated).changedFields.sort(), ["LastModifiedDate", "MailingAddress.City", "Title"]);
  assert.deepEqual(Object.keys(deleted.payload), ["ChangeEventHeader"]);
  assert.ok(created.event.replayId < updated.event.replayId && updated.event.replayId < deleted.event.replayId);
  assert.equal(header(created).commitUser, connection.userInfo.id);
  client.disconnect();
});

claim("replay starts at the oldest event or behind a known one", { facts: "§3.5 [X]" }, async ({ jsforce, connection }) => {
  await signed_in(connection);
  for (const LastName of ["A", "B", "C"]) await connection.sobject("Contact").create({ LastName });
  const all = collector(), rest = collector();
  const { client } = await subscribe(jsforce, connection, -2, all.listener);
  const events = await all.until(3);
  assert.deepEqual(events.map((event) => event.payload.Name.LastName), ["A", "B", "C"]);
  const second = await subscribe(jsforce, connection, events[0].event.replayId, rest.listener);
  assert.deepEqual((await rest.until(2)).map((event) => event.payload.Name.LastName), ["B", "C"]);
  client.disconnect();
  second.client.disconnect();
});

claim("a replay id outside the retention is refused when subscribing", { facts: "§3.5 [I], §3.6 [D]" }, async ({ jsforce, connection, standIn }) => {
  await signed_in(connection);
  await connection.sobject("Contact").create({ LastName: "A" });
  const { listener, until } = collector();
  const { client } = await subscribe(jsforce, connection, -2, listener);
  const old = (await until(1))[0].event.replayId - 1;
  client.disconnect();
  await standIn.control("clock", { advance: "73h" });
  await signed_in(connection);
  await connection.sobject("Contact").create({ LastName: "B" });
  await assert.rejects(subscribe(jsforce, connection, old - 1, listener), (error) => {
    assert.match(error.message ?? String(error), /400::The replayId \{\d+\} you provided was invalid/);
    return true;
  });
});

claim("events say which client wrote, but not for collections", { facts: "§3.6 [D], §3.9 [U] switch: tag_collections" }, async ({ jsforce, connection, oauth2, standIn }) => {
  await signed_in(connection);
  const writer = new jsforce.Connection({ oauth2, instanceUrl: standIn.url, accessToken: connection.accessToken, version: "60.0", callOptions: { client: "engine/1" } });
  const { listener, until } = collector();
  const { client } = await subscribe(jsforce, connection, -1, listener);
  await writer.sobject("Contact").create({ LastName: "A" });
  await writer.sobject("Contact").create([{ LastName: "B" }]);
  await standIn.control("edit", { as: "Ann", operation: "create", object: "Contact", fields: { LastName: "C" } });
  const origins = (await until(3)).map((event) => header(event).changeOrigin);
  assert.deepEqual(origins, ["com/salesforce/api/rest/60.0;client=engine/1", "com/salesforce/api/rest/60.0", ""]);
  client.disconnect();
});

claim("the same change to several records in one call is one event", { facts: "§3.6 [D]" }, async ({ jsforce, connection }) => {
  await signed_in(connection);
  const made = await connection.sobject("Contact").create([{ LastName: "A" }, { LastName: "B" }]);
  const { listener, until } = collector();
  const { client } = await subscribe(jsforce, connection, -1, listener);
  await connection.sobject("Contact").update(made.map(({ id }) => ({ Id: id, Title: "same" })));
  const [event] = await until(1);
  assert.deepEqual(header(event).recordIds, made.map(({ id }) => id));
  client.disconnect();
});

claim("gap and overflow events carry no values", { facts: "§3.6 [D]" }, async ({ jsforce, connection, standIn }) => {
  await signed_in(connection);
  const { listener, until } = collector();
  const { client } = await subscribe(jsforce, connection, -1, listener, "/data/ChangeEvents");
  const [made] = await connection.sobject("Contact").create([{ LastName: "A" }]);
  await standIn.control("event", { object: "Contact", change_type: "GAP_UPDATE", ids: [made.id] });
  await standIn.control("settings", { overflow_changes: 2 });
  await connection.sobject("Account").create([{ Name: "A" }, { Name: "B" }, { Name: "C" }]);
  const events = await until(5);
  assert.deepEqual(events.map((event) => [header(event).entityName, header(event).changeType]),
    [["Contact", "CREATE"], ["Contact", "GAP_UPDATE"], ["Account", "CREATE"], ["Account", "CREATE"], ["Account", "GAP_OVERFLOW"]]);
  assert.deepEqual(Object.keys(events[1].payload), ["ChangeEventHeader"]);
  assert.deepEqual([header(events[1]).recordIds, header(events[4]).recordIds], [[made.id], []]);
  client.disconnect();
});

claim("an invalid session is told at the handshake", { facts: "§3.5 [X]" }, async ({ jsforce, connection }) => {
  await signed_in(connection);
  connection.accessToken = "00D!never-was";
  const refused = await new Promise((done) => {
    const client = connection.streaming.createClient([new jsforce.StreamingExtension.AuthFailure(done)]);
    client.subscribe(channel, () => {});
  });
  assert.deepEqual([refused.error, refused.ext.sfdc.failureReason, refused.advice.reconnect], ["403::Handshake denied", "401::Authentication invalid", "none"]);
});

claim("a session that dies ends the long poll with an error", { facts: "§3.5" }, async ({ jsforce, connection, standIn }) => {
  await signed_in(connection);
  const failed = new Promise((done) => {
    const client = connection.streaming.createClient([new jsforce.StreamingExtension.AuthFailure(done)]);
    client.subscribe(channel, () => {}).then(() => standIn.control("faults", { name: "expire_token", count: 1 }).then(() => connection.limits().catch(() => {})));
  });
  assert.equal((await failed).error, "401::Authentication invalid");
});

claim("the streaming shortcut subscribes by the channel's name", { facts: "§3.5, §9.1 [T]" }, async ({ connection }) => {
  await signed_in(connection);
  const { listener, until } = collector();
  await connection.streaming.subscribe(channel, listener);
  await connection.sobject("Contact").create({ LastName: "A" });
  assert.equal((await until(1))[0].payload.Name.LastName, "A");
});

claim("bulk jobs of both kinds carry the client's name into change events", { facts: "§3.6, §3.9 [D]" }, async ({ jsforce, oauth2, standIn }) => {
  const connection = new jsforce.Connection({ oauth2, instanceUrl: standIn.url, version: "60.0", callOptions: { client: "Engine/1.0" } });
  await signed_in(connection);
  connection.bulk.pollInterval = connection.bulk2.pollInterval = 100;
  const { listener, until } = collector();
  const { client } = await subscribe(jsforce, connection, -1, listener);
  await connection.bulk2.loadAndWaitForResults({ object: "Contact", operation: "insert", input: [{ LastName: "A" }] });
  const batch = connection.bulk.load("Contact", "insert", [{ LastName: "B" }]);
  const closed = once(batch.job, "close");
  await batch;
  await closed;
  const [second, first] = await until(2);
  assert.equal(header(second).changeOrigin, "com/salesforce/api/bulkapi/60.0;client=Engine/1.0");
  assert.match(header(first).changeOrigin, /^com\/salesforce\/api\/bulkapi\/60\.0/);
  assert.equal(header(first).commitUser, connection.userInfo.id);
  client.disconnect();
});

claim("a topic tells what its query finds", { facts: "§3.6, §9.1 [J]" }, async ({ connection }) => {
  await signed_in(connection);
  await connection.sobject("PushTopic").create({ Name: "Chairs", Query: "SELECT Id, LastName FROM Contact WHERE Title = 'Chair'", ApiVersion: 60.0, NotifyForFields: "Referenced" });
  const { listener, until } = collector();
  const subscription = connection.streaming.topic("Chairs").subscribe(listener);
  await new Promise((done, failed) => { subscription.callback(done); subscription.errback(failed); });
  await connection.sobject("Contact").create({ LastName: "Bell", Title: "Clerk" });
  const { id } = await connection.sobject("Contact").create({ LastName: "Lovelace", Title: "Chair" });
  await connection.sobject("Contact").update({ Id: id, LastName: "King" });
  await connection.sobject("Contact").destroy(id);
  const events = await until(3);
  assert.deepEqual(events.map(({ event, sobject }) => [event.type, sobject.Id, sobject.LastName]), [["created", id, "Lovelace"], ["updated", id, "King"], ["deleted", id, undefined]]);
  assert.ok(events[0].event.replayId < events[1].event.replayId);
  connection.streaming.topic("Chairs").unsubscribe(listener);
});

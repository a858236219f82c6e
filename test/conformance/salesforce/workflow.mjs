// What the platform does by itself: messages to a listener, assignment of cases, limits of long calls.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { scenario } from "../harness.mjs";

const signed_in = (connection) => connection.authorize({ grant_type: "client_credentials" });

/** A listener that answers with what `acks` yields, and keeps what it was sent. */
async function listen(acks) {
  const bodies = [];
  let told = () => {};
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    bodies.push(body);
    const ack = acks.shift() ?? true;
    response.setHeader("Content-Type", "text/xml");
    response.end(`<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>${ack}</Ack></notificationsResponse></soapenv:Body></soapenv:Envelope>`);
    told();
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const until = (count) => new Promise((done) => { told = () => bodies.length >= count && done(bodies); told(); });
  return { url: `http://127.0.0.1:${server.address().port}/`, until, close: () => server.close() };
}

scenario("an outbound message is sent again until it is acknowledged, with the values of then", { facts: "§3.8 [D]" }, async ({ connection, standIn }) => {
  await signed_in(connection);
  const listener = await listen([false]);
  await standIn.control("outbound_message", { object: "Contact", url: listener.url, fields: ["LastName", "Email"] });
  const { id } = await connection.sobject("Contact").create({ LastName: "Lovelace & Co" });
  const [first] = await listener.until(1);
  assert.match(first, /<OrganizationId>00D.{15}<\/OrganizationId>/);
  assert.match(first, new RegExp(`<sf:Id>${id}</sf:Id><sf:LastName>Lovelace &amp; Co</sf:LastName></sObject>`));
  await standIn.control("edit", { as: "Ann", operation: "update", object: "Contact", id, fields: { Email: "ada@example.com" } });
  await listener.until(2);
  await standIn.control("clock", { advance: "2m" });
  const bodies = await listener.until(3);
  const notification = (body) => /<Notification><Id>(04l.{15})<\/Id>/.exec(body)[1];
  const again = bodies.filter((body) => notification(body) === notification(first));
  assert.equal(again.length, 2);
  assert.match(again[1], /<sf:Email>ada@example.com<\/sf:Email>/);
  listener.close();
});

scenario("one message carries at most 100 notifications", { facts: "§3.8 [D]" }, async ({ connection, standIn }) => {
  await signed_in(connection);
  const listener = await listen([]);
  await standIn.control("outbound_message", { object: "Account", url: listener.url, fields: ["Name"] });
  await connection.sobject("Account").create(Array.from({ length: 150 }, (_, i) => ({ Name: `A${i}` })));
  const bodies = await listener.until(2);
  assert.deepEqual(bodies.map((body) => body.split("<Notification>").length - 1).sort(), [100, 50]);
  listener.close();
});

scenario("active assignment rules own a new case unless the caller forbids it", { facts: "§2.7 [U] switch: assign_by_default" }, async ({ connection, standIn }) => {
  const { id: me } = await connection.authorize({ grant_type: "client_credentials" });
  await standIn.control("edit", { as: "Ann", operation: "create", object: "Account", fields: { Name: "hers" } });
  const { OwnerId: ann } = await connection.sobject("Account").findOne({ Name: "hers" }, ["OwnerId"]);
  await standIn.control("assignment_rule", { object: "Case", owner: ann });
  const assigned = await connection.sobject("Case").create({ Subject: "s" });
  const kept = await connection.sobject("Case").create({ Subject: "s" }, { headers: { "Sforce-Auto-Assign": "FALSE" } });
  const owner = async ({ id }) => (await connection.sobject("Case").retrieve(id)).OwnerId;
  assert.deepEqual([await owner(assigned), await owner(kept)], [ann, me]);
});

scenario("parents of a written record stay locked for other calls", { facts: "§9.3 H" }, async ({ connection, standIn }) => {
  await signed_in(connection);
  const { id: AccountId } = await connection.sobject("Account").create({ Name: "Acme" });
  await standIn.control("settings", { row_lock_ms: 60000 });
  const [first, second] = await connection.sobject("Contact").create([{ LastName: "A", AccountId }, { LastName: "B", AccountId }]);
  assert.deepEqual([first.success, second.success], [true, true]);
  await assert.rejects(connection.sobject("Contact").create({ LastName: "C", AccountId }), { errorCode: "UNABLE_TO_LOCK_ROW" });
  await standIn.control("clock", { advance: "61s" });
  await connection.sobject("Contact").create({ LastName: "C", AccountId });
});

scenario("several validation rules are told at once", { facts: "§5.3 [J]" }, async ({ connection, standIn }) => {
  await signed_in(connection);
  await standIn.control("validation_rule", { object: "Contact", field: "Title", equals: "Boss", message: "No bosses here" });
  await standIn.control("validation_rule", { object: "Contact", field: "Phone", message: "A phone, please" });
  await assert.rejects(connection.sobject("Contact").create({ LastName: "A", Title: "Boss" }),
    (error) => error.errorCode === "MULTIPLE_API_ERRORS" && error.data.map(({ errorCode }) => errorCode).join() === "FIELD_CUSTOM_VALIDATION_EXCEPTION,FIELD_CUSTOM_VALIDATION_EXCEPTION");
  await assert.rejects(connection.sobject("Contact").create({ LastName: "A", Title: "Boss", Phone: "1" }), { errorCode: "FIELD_CUSTOM_VALIDATION_EXCEPTION", message: "No bosses here" });
});

scenario("a field that the profile hides is missing from describe and refused in queries", { facts: "§2.8" }, async ({ connection, standIn }) => {
  await signed_in(connection);
  await standIn.control("field_access", { object: "Contact", field: "Email", access: "none" });
  const { fields } = await connection.sobject("Contact").describe();
  assert.equal(fields.some(({ name }) => name === "Email"), false);
  await assert.rejects(connection.query("SELECT Email FROM Contact"), { errorCode: "INVALID_FIELD" });
});

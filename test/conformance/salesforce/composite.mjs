// Several calls in one: composite, graph, batch, tree.
import assert from "node:assert/strict";
import { scenario } from "../harness.mjs";

const base = "/services/data/v60.0";

scenario("a composite call hands the id of one part to the next", { facts: "§2.6 [C]" }, async ({ connection }) => {
  await connection.authorize({ grant_type: "client_credentials" });
  const answer = await connection.requestPost("/composite", { allOrNone: true, compositeRequest: [
    { method: "POST", url: `${base}/sobjects/Account`, referenceId: "account", body: { Name: "Acme" } },
    { method: "POST", url: `${base}/sobjects/Contact`, referenceId: "contact", body: { LastName: "Lovelace", AccountId: "@{account.id}" } },
    { method: "GET", url: `${base}/query/?q=SELECT+Account.Name+FROM+Contact`, referenceId: "read" }] });
  assert.deepEqual(answer.compositeResponse.map((part) => part.httpStatusCode), [201, 201, 200]);
  assert.equal(answer.compositeResponse[2].body.records[0].Account.Name, "Acme");
  assert.equal(answer.compositeResponse[0].httpHeaders.Location, `${base}/sobjects/Account/${answer.compositeResponse[0].body.id}`);
});

scenario("all or none: a failed part halts and undoes the others", { facts: "§2.6 [C][DJ]" }, async ({ connection }) => {
  await connection.authorize({ grant_type: "client_credentials" });
  const answer = await connection.requestPost("/composite", { allOrNone: true, compositeRequest: [
    { method: "POST", url: `${base}/sobjects/Account`, referenceId: "good", body: { Name: "Acme" } },
    { method: "POST", url: `${base}/sobjects/Contact`, referenceId: "bad", body: { FirstName: "Ada" } },
    { method: "POST", url: `${base}/sobjects/Account`, referenceId: "never", body: { Name: "Bell" } }] });
  assert.deepEqual(answer.compositeResponse.map((part) => part.body[0].errorCode), ["PROCESSING_HALTED", "REQUIRED_FIELD_MISSING", "PROCESSING_HALTED"]);
  assert.equal(await connection.sobject("Account").count(), 0);
});

scenario("each graph is all or none by itself", { facts: "§2.6 [D]" }, async ({ connection }) => {
  await connection.authorize({ grant_type: "client_credentials" });
  const part = (referenceId, object, body) => ({ method: "POST", url: `${base}/sobjects/${object}`, referenceId, body });
  const answer = await connection.requestPost("/composite/graph", { graphs: [
    { graphId: "good", compositeRequest: [part("a", "Account", { Name: "Acme" }), part("c", "Contact", { LastName: "Lovelace", AccountId: "@{a.id}" })] },
    { graphId: "bad", compositeRequest: [part("a", "Account", { Name: "Bell" }), part("c", "Contact", { FirstName: "Ada", AccountId: "@{a.id}" })] }] });
  assert.deepEqual(answer.graphs.map((graph) => [graph.graphId, graph.isSuccessful]), [["good", true], ["bad", false]]);
  assert.deepEqual((await connection.sobject("Account").find({}, ["Name"])).map((account) => account.Name), ["Acme"]);
  assert.equal(answer.graphs[1].graphResponse.compositeResponse[0].body[0].errorCode, "PROCESSING_HALTED");
});

scenario("a batch runs independent calls and halts only when asked to", { facts: "§2.6" }, async ({ connection }) => {
  await connection.authorize({ grant_type: "client_credentials" });
  const batchRequests = [
    { method: "POST", url: "v60.0/sobjects/Account", richInput: { Name: "Acme" } },
    { method: "GET", url: "v60.0/sobjects/Account/001000000000000AAA" },
    { method: "GET", url: "v60.0/limits" }];
  const answer = await connection.requestPost("/composite/batch", { batchRequests });
  assert.equal(answer.hasErrors, true);
  assert.deepEqual(answer.results.map((result) => result.statusCode), [201, 404, 200]);
  assert.equal(answer.results[1].result[0].errorCode, "NOT_FOUND");
  const halted = await connection.requestPost("/composite/batch", { haltOnError: true, batchRequests: batchRequests.slice(1) });
  assert.deepEqual(halted.results.map((result) => result.statusCode), [404, 412]);
});

scenario("a tree creates parents with their children, or nothing", { facts: "§2.6 [U]" }, async ({ connection }) => {
  await connection.authorize({ grant_type: "client_credentials" });
  const account = (referenceId, ...contacts) => ({ attributes: { type: "Account", referenceId }, Name: referenceId, Contacts: { records: contacts } });
  const contact = (referenceId, fields) => ({ attributes: { type: "Contact", referenceId }, ...fields });
  const answer = await connection.requestPost("/composite/tree/Account", { records: [account("acme", contact("ada", { LastName: "Lovelace" }), contact("bob", { LastName: "Bell" }))] });
  assert.equal(answer.hasErrors, false);
  assert.deepEqual(answer.results.map((result) => result.referenceId), ["acme", "ada", "bob"]);
  assert.equal(await connection.sobject("Contact").count({ AccountId: answer.results[0].id }), 2);
  await assert.rejects(connection.requestPost("/composite/tree/Account", { records: [account("bad", contact("nobody", { FirstName: "X" }))] }));
  assert.equal(await connection.sobject("Account").count(), 1);
});

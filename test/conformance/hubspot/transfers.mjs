// Files in and out: imports with their errors, exports with their links.
import assert from "node:assert/strict";
import { claim, refused } from "./client.mjs";

const columns = [["Email", "email", "HUBSPOT_ALTERNATE_ID"], ["First name", "firstname", "STANDARD"], ["Stage", "lifecyclestage", "STANDARD"]];
const request = (operation, more = {}) => ({
  name: "people", importOperations: { "0-1": operation }, dateFormat: "YEAR_MONTH_DAY",
  files: [{ fileName: "people.csv", fileFormat: "CSV", fileImportPage: { hasHeader: true, columnMappings: columns.map(([columnName, propertyName, columnType]) => ({ columnObjectTypeId: "0-1", columnName, propertyName, columnType })) } }], ...more,
});
const send = (client, text, what) => client.crm.imports.coreApi.create({ data: Buffer.from(text), name: "people.csv" }, JSON.stringify(what));

claim("an import writes its file some time later, row by row", { facts: "§5.1 [S], §5.3 [S]" }, async ({ client, later }) => {
  const { id: ann } = await client.crm.contacts.basicApi.create({ properties: { email: "ann@x.example" }, associations: [] });
  const text = "Email,First name,Stage\nann@x.example,Ann,customer\nbob@x.example,\"Bob, junior\",lead\nnonsense,Cem,lead\n";
  const started = await send(client, text, request("UPSERT"));
  assert.equal(started.state, "STARTED");
  assert.deepEqual(started.mappedObjectTypeIds, ["0-1"]);
  assert.equal((await client.crm.contacts.basicApi.getPage()).results.length, 1);
  await later();
  const done = await client.crm.imports.coreApi.getById(Number(started.id));
  assert.equal(done.state, "DONE");
  assert.deepEqual(done.metadata.counters, { CREATED_OBJECTS: 1, ERRORS: 1, TOTAL_ROWS: 3, UPDATED_OBJECTS: 1 });
  const { results } = await client.crm.imports.publicImportsApi.getErrors(Number(started.id), undefined, undefined, true, true);
  assert.deepEqual(results.map((each) => [each.errorType, each.invalidValue, each.sourceData.lineNumber, each.sourceData.rowData]), [["INVALID_EMAIL", "nonsense", 4, ["nonsense", "Cem", "lead"]]]);
  const { propertiesWithHistory: { firstname } } = await client.crm.contacts.basicApi.getById(ann, undefined, ["firstname"]);
  assert.deepEqual(firstname.map((each) => [each.value, each.sourceType, each.sourceId]), [["Ann", "IMPORT", started.id]]);
  assert.deepEqual((await client.crm.imports.coreApi.getPage()).results.map((each) => each.id), [started.id]);
});

// README of @hubspot/api-client 13.5.0 and 14.0.1, "Import Contacts": columnObjectType, and neither fileFormat nor importOperations.
claim("an import is told in the words of the client's own example", { facts: "§5.1 [K], §5.1 [D]" }, async ({ client, later }) => {
  const column = (columnName, propertyName) => ({ columnName, propertyName, columnObjectType: "CONTACT" });
  const fileImportPage = { hasHeader: true, columnMappings: [column("First Name", "firstname"), column("Email", "email")] };
  const started = await send(client, "First Name,Email\nAnn,a@x.example\n", { name: "import(people.csv)", files: [{ fileName: "people.csv", fileImportPage }] });
  await later();
  assert.equal((await client.crm.imports.coreApi.getById(Number(started.id))).metadata.counters.CREATED_OBJECTS, 1);
  assert.equal((await client.crm.contacts.basicApi.getById("a@x.example", ["firstname"], undefined, undefined, false, "email")).properties.firstname, "Ann");
});

claim("imports create or update alone where they are told so; three run at once", { facts: "§5.1 [S]" }, async ({ client, later }) => {
  await client.crm.contacts.basicApi.create({ properties: { email: "ann@x.example" }, associations: [] });
  const text = (name) => `Email,First name,Stage\nann@x.example,${name},\n${name}@x.example,${name},\n`;
  const made = [];
  for (const [operation, name] of [["CREATE", "bob"], ["UPDATE", "cem"], ["UPSERT", "dee"], ["UPSERT", "eva"]]) made.push(await send(client, text(name), request(operation)));
  assert.deepEqual(made.map((each) => each.state), ["STARTED", "STARTED", "STARTED", "DEFERRED"]);
  const cancelled = await client.crm.imports.coreApi.cancel(Number(made[3].id));
  assert.equal(cancelled.status, "COMPLETE");
  await later();
  const states = [];
  for (const { id } of made) {
    const now = await client.crm.imports.coreApi.getById(Number(id));
    states.push([now.state, now.metadata.counters.CREATED_OBJECTS ?? 0, now.metadata.counters.UPDATED_OBJECTS ?? 0, now.metadata.counters.ERRORS ?? 0]);
  }
  assert.deepEqual(states, [["DONE", 1, 0, 1], ["DONE", 0, 1, 1], ["DONE", 1, 1, 0], ["CANCELED", 0, 0, 0]]);
  assert.equal((await client.crm.contacts.basicApi.getPage()).results.length, 3);
});

claim("a file that its import does not describe is refused", { facts: "§5.1 [D]" }, async ({ client }) => {
  await refused(send(client, "Email,Other,Stage\na@x.example,A,\n", request("UPSERT")), 400);
  await refused(send(client, "Email,First name\na@x.example,A\n", request("UPSERT")), 400);
  await refused(send(client, "Email,First name,Stage\n", request("MERGE")), 400);
});

claim("the client starts an export", { facts: "§5.2 [S]", numbered: true, untyped: true, clientBug: "its PublicExportRequest has no attribute map, so that serialising any request throws before it is sent (ObjectSerializer.serialize)" }, async ({ client }) => {
  await client.crm.exports.publicExportsApi.start({ exportType: "VIEW", format: "CSV", exportName: "all", objectType: "COMPANY", objectProperties: ["name"], exportInternalValuesOptions: [], language: "EN", associatedObjectType: "" });
});

claim("an export is made, told and fetched by its link for a while", { facts: "§5.2 [S], §5.2 [D]" }, async ({ client, later }) => {
  const { id } = await client.crm.companies.basicApi.create({ properties: { name: 'The "Blue", Ltd', numberofemployees: "9" }, associations: [] });
  await client.crm.companies.basicApi.create({ properties: { name: "Small", numberofemployees: "2" }, associations: [] });
  await later();
  const search = { filters: [{ propertyName: "numberofemployees", operator: "GT", value: "5" }], sorts: [], query: "" };
  const body = { exportType: "VIEW", format: "CSV", exportName: "all", objectType: "COMPANY", objectProperties: ["name", "numberofemployees"], exportInternalValuesOptions: ["NAMES"], language: "EN", associatedObjectType: "", publicCrmSearchRequest: search };
  const started = await client.apiRequest({ method: "POST", path: "/crm/v3/exports/export/async", body });
  assert.equal(started.status, 202);
  const task = await started.json();
  const status = () => client.crm.exports.publicExportsApi.getStatus(Number(task.id));
  assert.equal((await status()).status, "PROCESSING");
  await later();
  const done = await status();
  assert.equal(done.status, "COMPLETE");
  const file = await fetch(done.result);
  assert.equal(await file.text(), `Record ID,name,numberofemployees\n${id},"The ""Blue"", Ltd",9\n`);
  const told = await (await client.apiRequest({ path: `/crm/v3/exports/export/${task.id}` })).json();
  assert.deepEqual([told.exportState, told.recordCount], ["DONE", 1]);
  await later("300s");
  assert.equal((await fetch(done.result)).status, 404);
});

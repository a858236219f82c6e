// Functions and actions, states, merges, and the actions on many rows.
import assert from "node:assert/strict";
import { scenario } from "../harness.mjs";

const GUID = /^[0-9a-f]{8}-/;
const account = (api, name = "Contoso") => api.create({ collection: "accounts", data: { name } });
const incident = async (api, more = {}) => api.create({ collection: "incidents", data: { title: "Broken", "customerid_account@odata.bind": `/accounts(${await account(api)})`, ...more } });
const resolve = (api, id, Status = 5) => api.callAction({ actionName: "CloseIncident", action: { IncidentResolution: { "@odata.type": "Microsoft.Dynamics.CRM.incidentresolution", subject: "Fixed", "incidentid@odata.bind": `/incidents(${id})`, timespent: 30 }, Status } });
const state = async (api, collection, key) => { const row = await api.retrieve({ collection, key, select: ["statecode", "statuscode"] }); return [row.statecode, row.statuscode]; };

scenario("WhoAmI names user, unit and organisation", { facts: "§1.3" }, async ({ api }) => {
  const who = await api.callFunction("WhoAmI");
  for (const id of [who.UserId, who.BusinessUnitId, who.OrganizationId]) assert.match(id, GUID);
  const user = await api.retrieve({ collection: "systemusers", key: who.UserId, select: ["fullname", "applicationid"] });
  assert.match(user.applicationid, GUID);
});

scenario("a function takes its parameters by alias", { facts: "§2.13" }, async ({ api }) => {
  await account(api);
  const { EntityRecordCountCollection } = await api.callFunction({ name: "RetrieveTotalRecordCount", parameters: { EntityNames: ["account", "contact"] } });
  assert.deepEqual(EntityRecordCountCollection.Keys, ["account", "contact"]);
  assert.deepEqual(EntityRecordCountCollection.Values, [1, 0]);
});

scenario("a case is resolved by the action, not by an update", { facts: "§6.5 [I], §7.18 [I]" }, async ({ api }) => {
  const key = await incident(api);
  await assert.rejects(api.update({ collection: "incidents", key, data: { statecode: 1, statuscode: 5 } }), (error) => error.status === 400 && error.message.includes("use the CloseIncidentRequest message instead"));
  await resolve(api, key, 1000);
  assert.deepEqual(await state(api, "incidents", key), [1, 1000]);
  const { value } = await api.retrieveMultiple({ collection: "incidentresolutions", select: ["subject", "timespent"], filter: `_incidentid_value eq ${key}` });
  assert.deepEqual(value.map((row) => [row.subject, row.timespent]), [["Fixed", 30]]);
});

scenario("a closed case takes no edits until it is reopened", { facts: "§6.3, §6.5" }, async ({ api }) => {
  const key = await incident(api);
  await resolve(api, key);
  assert.deepEqual(await state(api, "incidents", key), [1, 5]);
  await assert.rejects(api.update({ collection: "incidents", key, data: { title: "x" } }), { status: 400, code: "0x80044411" });
  await assert.rejects(resolve(api, key), { code: "0x80044411" });
  await api.update({ collection: "incidents", key, data: { statecode: 0, statuscode: 1 } });
  await api.update({ collection: "incidents", key, data: { title: "x" } });
});

scenario("a status belongs to its state", { facts: "§6.3 [I]" }, async ({ api }) => {
  const key = await incident(api);
  await assert.rejects(resolve(api, key, 1), { code: "0x80048408" });
  await assert.rejects(api.update({ collection: "incidents", key, data: { statecode: 0, statuscode: 6 } }), { code: "0x80048408" });
  await api.update({ collection: "incidents", key, data: { statuscode: 2 } });
  await api.update({ collection: "incidents", key, data: { statecode: 0 } });
  assert.deepEqual(await state(api, "incidents", key), [0, 1], "the state alone resets the status");
});

scenario("open activities hold a case open", { facts: "§6.5" }, async ({ api }) => {
  const key = await incident(api);
  const task = await api.create({ collection: "tasks", data: { subject: "s", "regardingobjectid_incident_task@odata.bind": `/incidents(${key})` } });
  await assert.rejects(api.update({ collection: "incidents", key, data: { statecode: 2, statuscode: 6 } }), { code: "0x8004440e" });
  await api.update({ collection: "tasks", key: task, data: { statecode: 1, statuscode: 5 } });
  await api.update({ collection: "incidents", key, data: { statecode: 2, statuscode: 6 } });
  assert.deepEqual(await state(api, "incidents", key), [2, 6]);
});

scenario("inactive customers are read-only", { facts: "§6.3" }, async ({ api }) => {
  const key = await account(api);
  await api.update({ collection: "accounts", key, data: { statecode: 1, statuscode: 2 } });
  await assert.rejects(api.update({ collection: "accounts", key, data: { name: "x" } }), { code: "0x80040230" });
  await assert.rejects(api.create({ collection: "accounts", data: { name: "B", statecode: 1 } }), { status: 400 });
});

scenario("a merge keeps the loser, inactive, and moves its children", { facts: "§6.6" }, async ({ api }) => {
  const winner = await api.create({ collection: "contacts", data: { lastname: "Lee" } }), loser = await api.create({ collection: "contacts", data: { lastname: "Leigh" } });
  const task = await api.create({ collection: "tasks", data: { subject: "s", "regardingobjectid_contact_task@odata.bind": `/contacts(${loser})` } });
  const typed = (id, more = {}) => ({ "@odata.type": "Microsoft.Dynamics.CRM.contact", ...(id && { contactid: id }), ...more });
  await api.callAction({ actionName: "Merge", action: { Target: typed(winner), Subordinate: typed(loser), UpdateContent: typed(null, { mobilephone: "1" }), PerformParentingChecks: false } });
  const kept = await api.retrieve({ collection: "contacts", key: winner, select: ["mobilephone", "statecode"] });
  assert.deepEqual([kept.mobilephone, kept.statecode], ["1", 0]);
  const gone = await api.retrieve({ collection: "contacts", key: loser, select: ["merged", "_masterid_value", "statecode", "statuscode"] });
  assert.deepEqual([gone.merged, gone._masterid_value, gone.statecode, gone.statuscode], [true, winner, 1, 2]);
  assert.equal((await api.retrieve({ collection: "tasks", key: task, select: ["_regardingobjectid_value"] }))._regardingobjectid_value, winner);
  await assert.rejects(api.callAction({ actionName: "Merge", action: { Target: typed(winner), Subordinate: typed(winner), PerformParentingChecks: false } }), { code: "0x80045305" });
});

scenario("a draft is sent by the bound action", { facts: "§2.14 [K]" }, async ({ api }) => {
  const key = await api.create({ collection: "emails", data: { subject: "Hello" } });
  const answer = await api.callAction({ collection: "emails", key, actionName: "Microsoft.Dynamics.CRM.SendEmail", action: { IssueSend: false } });
  assert.equal(answer.Subject, "Hello");
  assert.deepEqual(await state(api, "emails", key), [1, 3]);
});

const many = (api, name, Targets, collection = "accounts") => api.callAction({ collection, actionName: `Microsoft.Dynamics.CRM.${name}`, action: { Targets } });
const typedAccount = (more) => ({ "@odata.type": "Microsoft.Dynamics.CRM.account", ...more });

scenario("many rows are created in the order given", { facts: "§2.11" }, async ({ api }) => {
  const { Ids } = await many(api, "CreateMultiple", [typedAccount({ name: "A" }), typedAccount({ name: "B" })]);
  assert.equal(Ids.length, 2);
  assert.equal((await api.retrieve({ collection: "accounts", key: Ids[1], select: ["name"] })).name, "B");
});

scenario("one bad row of many leaves none", { facts: "§2.11" }, async ({ api }) => {
  await assert.rejects(many(api, "CreateMultiple", [typedAccount({ name: "A" }), typedAccount({ name: "x".repeat(161) }), typedAccount({ name: "C" })]), { status: 400, code: "0x80044331" });
  assert.equal(await api.count({ collection: "accounts" }), 0);
  await assert.rejects(many(api, "CreateMultiple", [{ name: "A" }]), { code: "0x80048d19" });
});

scenario("many rows are updated and upserted without an answer", { facts: "§2.11, §7.10 [I], §7.11 [I]" }, async ({ api }) => {
  const [a, b] = (await many(api, "CreateMultiple", [typedAccount({ name: "A" }), typedAccount({ name: "B", lockstep_id: "B-1" })])).Ids;
  assert.equal(await many(api, "UpdateMultiple", [typedAccount({ accountid: a, name: "A2" }), typedAccount({ accountid: b, name: "B2" })]), undefined);
  assert.equal(await many(api, "UpsertMultiple", [typedAccount({ "@odata.id": "accounts(lockstep_id='B-1')", name: "B3" }), typedAccount({ "@odata.id": "accounts(lockstep_id='C-1')", name: "C" })]), undefined);
  const { value } = await api.retrieveMultiple({ collection: "accounts", select: ["name", "lockstep_id"], orderBy: ["name"] });
  assert.deepEqual(value.map((row) => [row.name, row.lockstep_id]), [["A2", null], ["B3", "B-1"], ["C", "C-1"]]);
  await assert.rejects(many(api, "UpsertMultiple", [typedAccount({ "@odata.id": "accounts(lockstep_id='D-1')", lockstep_id: "D-1", name: "D" })]), { code: "0x80040216" });
});

scenario("notes know no actions on many rows", { facts: "§2.11" }, async ({ api }) => {
  await assert.rejects(many(api, "CreateMultiple", [{ "@odata.type": "Microsoft.Dynamics.CRM.annotation", subject: "n" }], "annotations"), { status: 404 });
});

scenario("a bulk delete is a system job that follows a query and its links", { facts: "§2.11 [K]" }, async ({ api, standIn }) => {
  const [gone, kept] = [await api.create({ collection: "accounts", data: { name: "Gone" } }), await api.create({ collection: "accounts", data: { name: "Kept" } })];
  for (const of of [gone, kept]) await api.create({ collection: "tasks", data: { subject: "s", "regardingobjectid_account_task@odata.bind": `/accounts(${of})` } });
  const named = { Conditions: [{ AttributeName: "name", Operator: "Equal", Values: [{ Value: "Gone", Type: "System.String" }] }] };
  const link = { LinkFromAttributeName: "regardingobjectid", LinkToEntityName: "account", LinkToAttributeName: "accountid", JoinOperator: "Inner", LinkCriteria: named };
  const action = { QuerySet: [{ "@odata.type": "Microsoft.Dynamics.CRM.QueryExpression", EntityName: "task", LinkEntities: [link] }],
    JobName: "Clean", SendEmailNotification: false, ToRecipients: [], CCRecipients: [], RecurrencePattern: "", StartDateTime: new Date().toISOString() };
  const { JobId } = await api.callAction({ actionName: "BulkDelete", action });
  await standIn.control("clock", { advance: "5s" });
  assert.equal((await api.retrieve({ collection: "asyncoperations", key: JobId, select: ["statuscode"] })).statuscode, 30);
  assert.deepEqual((await api.retrieveMultiple({ collection: "tasks", select: ["_regardingobjectid_value"] })).value.map((row) => row._regardingobjectid_value), [kept]);
  await assert.rejects(api.callAction({ actionName: "BulkDelete", action: { ...action, RecurrencePattern: "FREQ=WEEKLY" } }), { status: 400 });
});

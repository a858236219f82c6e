// What properties take, how they keep it, and what follows from it.
import assert from "node:assert/strict";
import { asked, claim, refused } from "./client.mjs";

const make = (api, properties) => api.create({ properties, associations: [] });
const when = "2026-05-01T09:00:00Z";

claim("numbers, booleans and choices are texts that must be exact", { facts: "§2.3 [D], §2.4 [D]" }, async ({ client }) => {
  const api = client.crm.companies.basicApi;
  const { id } = await make(api, { name: "A", numberofemployees: "12", is_public: "true", annualrevenue: "1.5", industry: "RETAIL" });
  assert.deepEqual(asked((await api.getById(id, ["numberofemployees", "is_public", "annualrevenue", "industry", "phone"])).properties), { annualrevenue: "1.5", industry: "RETAIL", is_public: "true", numberofemployees: "12", phone: null });
  for (const bad of [{ numberofemployees: "1,000" }, { annualrevenue: "1.2.3" }, { is_public: "yes" }, { industry: "Retail" }, { hs_object_id: "5" }, { nonsense: "1" }]) await refused(api.update(id, { properties: bad }), 400);
  const all = await refused(api.update(id, { properties: { nonsense: "1", is_public: "yes", hs_object_id: "5" } }), 400);
  assert.deepEqual(all.errors.map((each) => each.code).sort(), ["INVALID_OPTION", "PROPERTY_DOESNT_EXIST", "READ_ONLY_VALUE"]);
  await refused(make(api, { name: "A".repeat(65537) }), 400);
});

claim("an empty text clears, null does not", { facts: "§2.4 [D], §2.4 [U] switch: null_clears" }, async ({ client }) => {
  const api = client.crm.contacts.basicApi;
  const { id } = await make(api, { email: "a@x.example", jobtitle: "Buyer" });
  await refused(api.update(id, { properties: { jobtitle: null } }), 400);
  await api.update(id, { properties: { jobtitle: "" } });
  assert.equal((await api.getById(id, ["jobtitle"])).properties.jobtitle, null);
});

claim("dates are midnight in UTC, instants lose zero milliseconds", { facts: "§2.4 [D], §2.4 [O]" }, async ({ client, standIn }) => {
  await client.crm.properties.coreApi.create("contacts", { groupName: "contactinformation", name: "since", label: "Since", type: "date", fieldType: "date" });
  const api = client.crm.contacts.basicApi;
  const { id } = await make(api, { email: "a@x.example", since: "2026-05-01" });
  const since = async () => (await api.getById(id, ["since"])).properties.since;
  assert.equal(await since(), "2026-05-01");
  await api.update(id, { properties: { since: "1777680000000" } });
  assert.equal(await since(), "2026-05-02");
  const body = await refused(api.update(id, { properties: { since: "1777680001954" } }), 400);
  assert.equal(body.errors[0].code, "INVALID_DATE");
  assert.match(body.message, /1777680001954 is at 0:0:1\.954 UTC, not midnight!/);
  const notes = client.crm.objects.notes.basicApi;
  await refused(make(notes, { hs_timestamp: "2026-05-01T11:00:00.120+02:00" }), 400);  // "the values will always use the UTC designator"
  await standIn.control("settings", { zoned_instants: true });
  for (const [sent, kept] of [["1777626000000", when], ["2026-05-01T11:00:00.120+02:00", "2026-05-01T09:00:00.120Z"]]) {
    const note = await make(notes, { hs_timestamp: sent });
    assert.equal((await notes.getById(note.id, ["hs_timestamp"])).properties.hs_timestamp, kept);
  }
});

claim("several choices are a list, and a leading semicolon appends", { facts: "§2.4 [D]" }, async ({ client }) => {
  const options = ["A", "B", "C"].map((value, displayOrder) => ({ label: value, value, displayOrder, hidden: false }));
  await client.crm.properties.coreApi.create("contacts", { groupName: "contactinformation", name: "roles", label: "Roles", type: "enumeration", fieldType: "checkbox", options });
  const api = client.crm.contacts.basicApi;
  const { id } = await make(api, { email: "a@x.example", roles: "A" });
  await api.update(id, { properties: { roles: ";B;C" } });
  assert.equal((await api.getById(id, ["roles"])).properties.roles, "A;B;C");
  await api.update(id, { properties: { roles: "B" } });
  assert.equal((await api.getById(id, ["roles"])).properties.roles, "B");
  await refused(api.update(id, { properties: { roles: "A; B" } }), 400);
});

claim("a lifecycle stage goes forward, the other way in silence it does not", { facts: "§6 [O], §6 [D]" }, async ({ client }) => {
  const api = client.crm.contacts.basicApi;
  const { id, properties } = await make(api, { email: "a@x.example" });
  assert.equal(properties.lifecyclestage, "lead");
  const stage = async (lifecyclestage) => (await api.update(id, { properties: { lifecyclestage } })).properties.lifecyclestage;
  assert.equal(await stage("customer"), "customer");
  assert.equal(await stage("lead"), "customer");
  assert.equal(await stage(""), null);
  assert.equal(await stage("lead"), "lead");
});

claim("an email's people stand in its headers, and a call's outcome is one of six", { facts: "§6 [D]" }, async ({ client }) => {
  const headers = { from: { email: "ann@x.example", firstName: "Ann", lastName: "Lee" }, to: [{ email: "bob@x.example", firstName: "Bob" }], cc: [], bcc: [] };
  const emails = client.crm.objects.emails.basicApi;
  const { id } = await make(emails, { hs_timestamp: when, hs_email_direction: "INCOMING_EMAIL", hs_email_headers: JSON.stringify(headers) });
  const { properties } = await emails.getById(id, ["hs_email_from_email", "hs_email_from_lastname", "hs_email_to_email"]);
  assert.deepEqual(asked(properties), { hs_email_from_email: "ann@x.example", hs_email_from_lastname: "Lee", hs_email_to_email: "bob@x.example" });
  await refused(emails.update(id, { properties: { hs_email_from_email: "x@x.example" } }), 400);
  const calls = client.crm.objects.calls.basicApi;
  const call = await make(calls, { hs_timestamp: when, hs_call_disposition: "f240bbac-87c9-4f6e-bf70-924b57d47db7" });
  await refused(calls.update(call.id, { properties: { hs_call_disposition: "Connected" } }), 400);
  await refused(calls.update(call.id, { properties: { hs_call_recording_url: "http://x.example/a.mp3" } }), 400);
});

claim("a meeting's time and a task's completion follow from what they say", { facts: "§6 [D], §8 [U]" }, async ({ client }) => {
  const meeting = await make(client.crm.objects.meetings.basicApi, { hs_meeting_start_time: when });
  assert.equal((await client.crm.objects.meetings.basicApi.getById(meeting.id, ["hs_timestamp"])).properties.hs_timestamp, when);
  const tasks = client.crm.objects.tasks.basicApi;
  const task = await make(tasks, { hs_timestamp: when, hs_task_status: "COMPLETED", hs_task_type: "CALL", hs_task_priority: "NONE" });
  assert.ok((await tasks.getById(task.id, ["hs_task_completion_date"])).properties.hs_task_completion_date);
  await refused(make(client.crm.objects.notes.basicApi, { hs_note_body: "no time" }), 400);
});

claim("a ticket closes with its stage and moves with a stage of its new pipeline", { facts: "§6 [D], §8 [O]" }, async ({ client, later }) => {
  const api = client.crm.tickets.basicApi;
  const { id, properties } = await make(api, { subject: "S", hs_pipeline_stage: "1" });
  assert.equal(properties.hs_pipeline, "0");
  await later("5s");
  await api.update(id, { properties: { hs_pipeline_stage: "4" } });
  const closed = (await api.getById(id, ["closed_date", "time_to_close"])).properties;
  assert.ok(Number(closed.time_to_close) >= 5000 && closed.closed_date);
  await refused(api.update(id, { properties: { hs_pipeline: "712000" } }), 400);
  await api.update(id, { properties: { hs_pipeline: "712000", hs_pipeline_stage: "712001" } });
  assert.equal((await api.getById(id, ["closed_date"])).properties.closed_date, null);
});

claim("scripts do not survive in bodies of activities", { facts: "§6 [U]" }, async ({ client }) => {
  const api = client.crm.objects.notes.basicApi;
  const { id } = await make(api, { hs_timestamp: when, hs_note_body: "<p>hi</p><script>alert(1)</script>" });
  assert.equal((await api.getById(id, ["hs_note_body"])).properties.hs_note_body, "<p>hi</p>");
});

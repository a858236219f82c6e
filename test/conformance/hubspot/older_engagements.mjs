// Notes, calls, emails, meetings and tasks, which version 1 has as one resource.
import assert from "node:assert/strict";
import { scenario } from "../harness.mjs";
import { pairs, refused } from "./older_calls.mjs";

const kAt = 1_700_000_000_000;
const kKinds = {
  NOTE: { body: "Spoke" },
  CALL: { toNumber: "5618769964", fromNumber: "(857) 829-5489", status: "COMPLETED", durationMilliseconds: 38000, body: "Rang", disposition: "f240bbac-87c9-4f6e-bf70-924b57d47db7" },
  TASK: { subject: "Do", body: "It", status: "NOT_STARTED" },
  MEETING: { title: "M", body: "b", startTime: kAt, endTime: kAt + 3_600_000, internalMeetingNotes: "n" },
  EMAIL: { from: { email: "a@x.example", firstName: "Ann", lastName: "Lee" }, to: [{ email: "Bob <b@x.example>" }], cc: [], bcc: [], subject: "S", html: "<div>h</div>", text: "t" },
};

for (const [type, metadata] of Object.entries(kKinds)) {
  scenario(`${type}: what is said comes back, tied to its contact`, { facts: "§0.1 [D2]" }, async ({ client }) => {
    const { vid } = await client.contacts.create({ properties: pairs({ email: "ann@x.example" }, "property") });
    const made = await client.engagements.create({ engagement: { active: true, type, timestamp: kAt, ownerId: 70001 }, associations: { contactIds: [vid] }, metadata });
    assert.deepEqual([made.engagement.type, made.engagement.timestamp, made.engagement.ownerId], [type, kAt, 70001]);
    assert.deepEqual(made.associations.contactIds, [vid]);
    for (const [name, value] of Object.entries(metadata)) assert.deepEqual(made.metadata[name], value, name);
    assert.deepEqual((await client.engagements.get()).results.map((each) => each.engagement.id), [made.engagement.id]);
    assert.deepEqual((await client.engagements.getAssociated("CONTACT", vid)).results, [made]);
    const text = type === "EMAIL" ? "text" : "body", foreign = type === "EMAIL" ? "body" : "text";
    await client.engagements.update(made.engagement.id, { metadata: { [text]: "Other" } });
    await refused(client.engagements.update(made.engagement.id, { metadata: { [foreign]: "Other" } }), 400);
    const [changed] = (await client.engagements.getRecentlyModified()).results;
    assert.equal(changed.metadata[text], "Other");
    assert.deepEqual(changed.metadata.from, metadata.from);
  });
}

scenario("an engagement with nobody, or of no known kind, is refused", { facts: "§4.6 [D]" }, async ({ client }) => {
  await refused(client.engagements.create({ engagement: { type: "NOTE" }, associations: { contactIds: [77] }, metadata: { body: "b" } }), 400);
  await refused(client.engagements.create({ engagement: { type: "LETTER" }, metadata: {} }), 400);
  assert.equal((await client.engagements.getCallDispositions())[1].label, "Connected");
});

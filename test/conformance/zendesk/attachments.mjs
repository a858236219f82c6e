// Files of comments, and the history that saves leave behind.
import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { scenario } from "../harness.mjs";

const signIn = ({ username, token }) => ({ Authorization: `Basic ${Buffer.from(`${username}/token:${token}`).toString("base64")}` });

/** An upload as the documentation has it: the bytes are the body. */
async function upload(standIn, options, name, text, more = "") {
  const response = await fetch(`${standIn.url}/api/v2/uploads.json?filename=${encodeURIComponent(name)}${more}`, { method: "POST", headers: { ...signIn(options), "Content-Type": "text/plain" }, body: text });
  return { status: response.status, ...(await response.json()) };
}

scenario("a file is uploaded, named in a comment, and read at its address", { facts: "§A2 [K]" }, async ({ client, standIn, options }) => {
  const first = await upload(standIn, options, "steps to take.txt", "Switch it off.");
  assert.equal(first.status, 201);
  assert.deepEqual([first.upload.attachment.file_name, first.upload.attachment.content_type, first.upload.attachment.size], ["steps to take.txt", "text/plain", 14]);
  const { upload: both } = await upload(standIn, options, "more.txt", "Switch it on.", `&token=${first.upload.token}`);
  assert.equal(both.token, first.upload.token);
  assert.equal(both.attachments.length, 2);
  const { result: ticket } = await client.tickets.create({ ticket: { subject: "Dead", comment: { body: "See the files", uploads: [both.token] } } });
  const [comment] = await client.tickets.getComments(ticket.id);
  assert.deepEqual(comment.attachments.map((each) => each.file_name), ["steps to take.txt", "more.txt"]);
  assert.equal(await (await fetch(comment.attachments[0].content_url)).text(), "Switch it off.", "without a sign-in");
  const { result: shown } = await client.attachments.show(comment.attachments[1].id);
  assert.equal(shown.attachment?.id ?? shown.id, comment.attachments[1].id);
});

scenario("the client uploads a file of its disk", { facts: "§A2 [K]" }, async ({ client }) => {
  const path = join(mkdtempSync(join(tmpdir(), "upload-")), "note.txt");
  writeFileSync(path, "from a file");
  const { upload: made } = await client.attachments.upload(path, { filename: "note.txt", binary: false });
  assert.deepEqual([made.attachment.file_name, made.attachment.size], ["note.txt", 11]);
  const { result: ticket } = await client.tickets.create({ ticket: { subject: "Dead", comment: { body: "x", uploads: [made.token] } } });
  const [comment] = await client.tickets.getComments(ticket.id);
  assert.equal(await (await fetch(comment.attachments[0].content_url)).text(), "from a file");
});

scenario("an upload is used once, deleted, or forgotten after an hour", { facts: "§A2 [K] switch: uploads_used_again, upload_life_ms" }, async ({ client, standIn, options, later }) => {
  const comment = (token) => client.tickets.create({ ticket: { subject: "Dead", comment: { body: "x", uploads: [token] } } });
  const { upload: used } = await upload(standIn, options, "a.txt", "a");
  await comment(used.token);
  await assert.rejects(comment(used.token), /422/);
  const { upload: deleted } = await upload(standIn, options, "b.txt", "b");
  await client.attachments.deleteUpload(deleted.token);
  await assert.rejects(comment(deleted.token), /422/);
  const { upload: old } = await upload(standIn, options, "c.txt", "c");
  await later("61m");
  await assert.rejects(comment(old.token), /422/);
  await assert.rejects(client.attachments.show(1), /404/);
});

scenario("a file of a comment is redacted", { facts: "§A2 [K]" }, async ({ client, standIn, options }) => {
  const { upload: made } = await upload(standIn, options, "secret.txt", "secret");
  const { result: ticket } = await client.tickets.create({ ticket: { subject: "Dead", comment: { body: "x", uploads: [made.token] } } });
  const [comment] = await client.tickets.getComments(ticket.id);
  const path = `${standIn.url}/api/v2/tickets/${ticket.id}/comments/${comment.id}/attachments/${comment.attachments[0].id}/redact.json`;
  assert.equal((await fetch(path, { method: "PUT", headers: signIn(options) })).status, 200);
  const [after] = await client.tickets.getComments(ticket.id);
  assert.deepEqual([after.attachments[0].file_name, after.attachments[0].size], ["redacted.txt", 0]);
});

scenario("each save of a ticket is an audit with what it changed", { facts: "§A2 [K]" }, async ({ client }) => {
  const { result: ticket } = await client.tickets.create({ ticket: { subject: "Dead", comment: { body: "It is dead" } } });
  await client.tickets.update(ticket.id, { ticket: { priority: "high", comment: { body: "Looking", public: false } } });
  await assert.rejects(client.tickets.update(ticket.id, { ticket: { status: "nonsense", priority: "low" } }), /422/);
  const audits = await client.ticketaudits.list(ticket.id);
  assert.equal(audits.length, 2, "a refused save leaves none");
  const events = audits[1].events.map((each) => [each.type, each.field_name, each.value, each.previous_value]);
  assert.deepEqual(events[0], ["Change", "priority", "high", null]);
  assert.equal(audits[1].events.at(-1).body, "Looking");
  assert.equal(audits[1].events.at(-1).public, false);
  assert.equal(audits[0].events.find((each) => each.field_name === "subject").value, "Dead");
  const [, comment] = await client.tickets.getComments(ticket.id);
  assert.equal(comment.audit_id, audits[1].id);
  const { result: one } = await client.ticketaudits.show(ticket.id, audits[1].id);
  assert.equal(one.id, audits[1].id);
});

scenario("ticket events are exported, comments when they are asked for", { facts: "§A5 [K]" }, async ({ client, standIn, options, later }) => {
  const start = Math.floor(Date.parse((await standIn.control("clock")).now) / 1000);
  const { result: ticket } = await client.tickets.create({ ticket: { subject: "Dead", comment: { body: "It is dead" } } });
  await client.tickets.update(ticket.id, { ticket: { status: "pending" } });
  await later("2m");
  const read = async (more) => (await fetch(`${standIn.url}/api/v2/incremental/ticket_events.json?start_time=${start - 60}${more}`, { headers: signIn(options) })).json();
  const plain = await read("");
  assert.equal(plain.count, 2);
  assert.equal(plain.end_of_stream, true);
  const [created, changed] = plain.ticket_events;
  assert.deepEqual([created.ticket_id, created.event_type], [ticket.id, "Audit"]);
  const comment = created.child_events.find((each) => each.event_type === "Comment");
  assert.deepEqual([comment.comment_present, comment.comment_public, comment.body], [true, true, undefined]);
  const [change] = changed.child_events;
  assert.deepEqual([change.event_type, change.status, change.previous_value], ["Change", "pending", "new"]);
  const told = await read("&include=comment_events");
  assert.equal(told.ticket_events[0].child_events.find((each) => each.event_type === "Comment").body, "It is dead");
});

scenario("lists of tickets beyond page 500 have a limit of their own", { facts: "§A7" }, async ({ standIn, options }) => {
  await standIn.control("settings", { requests_per_minute: 2000 });
  const read = () => fetch(`${standIn.url}/api/v2/tickets.json?page=501&per_page=1`, { headers: signIn(options) });
  const first = await read();
  assert.equal(first.status, 200);
  assert.match(first.headers.get("zendesk-ratelimit-tickets-index"), /^total=50; remaining=49; resets=60$/);
  for (let i = 1; i < 50; ++i) await read();
  const refused = await read();
  assert.equal(refused.status, 429);
  assert.ok(Number(refused.headers.get("retry-after")) > 0);
  assert.equal((await fetch(`${standIn.url}/api/v2/tickets.json?page=1`, { headers: signIn(options) })).status, 200);
});

scenario("a file that a scan holds back is let through", { facts: "§A2 [K]" }, async ({ client }) => {
  const { upload } = await client.attachments.upload(fileURLToPath(import.meta.url), { filename: "a.txt", binary: false });
  const { id } = upload.attachment;
  const { result } = await client.attachments.updateAttachmentForMalware(id, true);
  assert.deepEqual([result.attachment.malware_access_override, result.attachment.malware_scan_result], [true, "malware_not_found"]);
  await assert.rejects(client.attachments.updateAttachmentForMalware(7, true), /404/);
});

scenario("the client redacts a file of a comment", {
  facts: "§A2 [K]",
  clientBug: "node-zendesk 6.0.1 asks by DELETE, where the API has PUT (dist/index.js, Attachments.redactAttachmentComment)",
}, async ({ client, standIn, options }) => {
  const { upload: made } = await upload(standIn, options, "secret.txt", "secret");
  const { result: ticket } = await client.tickets.create({ ticket: { subject: "Dead", comment: { body: "x", uploads: [made.token] } } });
  const [comment] = await client.tickets.getComments(ticket.id);
  await client.attachments.redactAttachmentComment(ticket.id, comment.id, comment.attachments[0].id);
});

scenario("audits are counted, listed over all tickets, and make a comment private", { facts: "§A2 [K]" }, async ({ client }) => {
  const { result: ticket } = await client.tickets.create({ ticket: { subject: "S", comment: { body: "x" } } });
  await client.tickets.update(ticket.id, { ticket: { comment: { body: "y", public: true } } });
  assert.equal((await client.ticketaudits.count(ticket.id)).result.count.value, 2);
  const audits = await client.ticketaudits.list(ticket.id);
  assert.deepEqual((await client.ticketaudits.listAll()).result.map((each) => each.id), audits.map((each) => each.id).reverse());  // the latest first
  await client.ticketaudits.makePrivate(ticket.id, audits[1].id);
  assert.deepEqual((await client.tickets.getComments(ticket.id)).map((each) => each.public), [true, false]);
  await assert.rejects(client.ticketaudits.makePrivate(ticket.id, 7), /404/);
});

scenario("ticket events are exported by the client", { facts: "§A5 [K]" }, async ({ client, later }) => {
  const { result: ticket } = await client.tickets.create({ ticket: { subject: "S", comment: { body: "said" } } });
  await later("120s");
  assert.equal((await client.ticketevents.incremental(1))[0].ticket_id, ticket.id);
  const [event] = await client.ticketevents.incrementalInclude(1, "comment_events");
  assert.ok(event.child_events.some((each) => each.body === "said"));
});

// Users and their identities.
import assert from "node:assert/strict";
import { scenario } from "../harness.mjs";

scenario("a user is created, read, updated and deleted", { facts: "§A2" }, async ({ client }) => {
  const { response, result: created } = await client.users.create({
    user: { name: "Ann", email: "ann@example.com", external_id: "crm-1", phone: "+49 30 1", tags: ["vip"], user_fields: { loyalty_tier: "gold", crm_id: "7" } },
  });
  assert.equal(response.status, 201);
  assert.equal(created.role, "end-user");
  assert.equal(created.active, true);
  assert.deepEqual(created.user_fields, { loyalty_tier: "gold", crm_id: "7", birthday: null });
  const { result: updated } = await client.users.update(created.id, { user: { name: "Ann B", user_fields: { loyalty_tier: null } } });
  assert.equal(updated.name, "Ann B");
  assert.equal(updated.user_fields.loyalty_tier, null);
  assert.equal(updated.user_fields.crm_id, "7");
  const gone = await client.users.delete(created.id);
  assert.equal(gone.response.status, 200);
  assert.equal(gone.result.active, false);
});

scenario("an address belongs to one user", { facts: "§A2, §A8" }, async ({ client }) => {
  await client.users.create({ user: { name: "Ann", email: "ann@example.com" } });
  await assert.rejects(client.users.create({ user: { name: "Other", email: "ANN@example.com" } }), /422/);
  await assert.rejects(client.users.create({ user: { name: "Bad", email: "no address" } }), /422/);
  await assert.rejects(client.users.create({ user: { email: "nameless@example.com" } }), /422/);
});

scenario("an external id belongs to one user", { facts: "§A2 [K]" }, async ({ client }) => {
  await client.users.create({ user: { name: "Ann", external_id: "1" } });
  await assert.rejects(client.users.create({ user: { name: "Bob", external_id: "1" } }), /422/);
});

scenario("create or update matches by address and by external id", { facts: "§A3" }, async ({ client }) => {
  const first = await client.users.createOrUpdate({ user: { name: "Ann", email: "ann@example.com", external_id: "1" } });
  assert.equal(first.response.status, 201);
  const second = await client.users.createOrUpdate({ user: { name: "Ann B", email: "ann@example.com" } });
  assert.equal(second.response.status, 200);
  assert.equal(second.result.id, first.result.id);
  const third = await client.users.createOrUpdate({ user: { name: "Ann C", external_id: "1" } });
  assert.equal(third.result.id, first.result.id);
  assert.equal((await client.users.show(first.result.id)).result.name, "Ann C");
});

scenario("a new address becomes one more identity", { facts: "§A2 [K]" }, async ({ client }) => {
  const { result: user } = await client.users.create({ user: { name: "Ann", email: "ann@example.com" } });
  const { result: same } = await client.users.update(user.id, { user: { email: "new@example.com" } });
  assert.equal(same.email, "ann@example.com");
  const identities = await client.useridentities.list(user.id);
  assert.deepEqual(identities.map((each) => [each.value, each.primary]), [["ann@example.com", true], ["new@example.com", false]]);
  await client.useridentities.makePrimary(user.id, identities[1].id);
  assert.equal((await client.users.show(user.id)).result.email, "new@example.com");
});

scenario("identities are made, read, verified and deleted", { facts: "§A2 [K]" }, async ({ client }) => {
  const { result: user } = await client.users.create({ user: { name: "Ann", email: "ann@example.com" } });
  const { result: made } = await client.useridentities.create(user.id, { type: "email", value: "second@example.com" });
  assert.equal((await client.useridentities.show(user.id, made.id)).result.value, "second@example.com");
  assert.equal((await client.useridentities.verify(user.id, made.id)).result.verified, true);
  const { response } = await client.useridentities.delete(user.id, made.id);
  assert.equal(response.status, 204);
  assert.equal((await client.useridentities.list(user.id)).length, 1);
});

scenario("a user with open tickets cannot be deleted", { facts: "§A2 [K]" }, async ({ client }) => {
  const { result: ticket } = await client.tickets.create({ ticket: { comment: { body: "x" }, requester: { name: "Ann", email: "ann@example.com" } } });
  await assert.rejects(client.users.delete(ticket.requester_id), /422/);
  await client.tickets.update(ticket.id, { ticket: { status: "solved" } });
  assert.equal((await client.users.delete(ticket.requester_id)).response.status, 200);
});

scenario("a merged user's tickets and addresses go over", { facts: "§A5 [K]" }, async ({ client }) => {
  const { result: winner } = await client.users.create({ user: { name: "Ann", email: "ann@example.com" } });
  const { result: ticket } = await client.tickets.create({ ticket: { comment: { body: "x" }, requester: { name: "Ann", email: "ann@work.example.com" } } });
  const merged = await client.users.merge(ticket.requester_id, winner.id);
  assert.equal(merged.result.id, winner.id);
  assert.equal((await client.tickets.show(ticket.id)).result.requester_id, winner.id);
  assert.equal((await client.useridentities.list(winner.id)).length, 2);
  await assert.rejects(client.users.show(ticket.requester_id), /404/);
});

scenario("users are suspended and let in again", { facts: "§A2 [K]" }, async ({ client }) => {
  const { result: user } = await client.users.create({ user: { name: "Ann" } });
  assert.equal((await client.users.suspend(user.id)).result.suspended, true);
  assert.equal((await client.users.unsuspend(user.id)).result.suspended, false);
});

scenario("a user's tags are set, added and listed", { facts: "§A2 [K]" }, async ({ client }) => {
  const { result: user } = await client.users.create({ user: { name: "Ann", tags: ["a"] } });
  await client.users.addTags(user.id, { tags: ["b"] });
  await client.users.setTags(user.id, { tags: ["c", "d"] });
  assert.deepEqual((await client.users.listTags(user.id))[0].tags, ["c", "d"]);
  await assert.rejects(client.users.removeTags(user.id, { tags: ["c"] }), /400/);  // a DELETE without the body that the client was given
});

scenario("users are found by external id and by words", { facts: "§A2, §A6" }, async ({ client, later }) => {
  const { result: ann } = await client.users.create({ user: { name: "Ann Lovelace", external_id: "crm-1" } });
  assert.deepEqual((await client.users.search({ external_id: "crm-1" })).map((each) => each.id), [ann.id]);
  assert.deepEqual(await client.users.search({ query: "lovelace" }), []);
  await later("180s");
  assert.deepEqual((await client.users.search({ query: "lovelace" })).map((each) => each.id), [ann.id]);
});

scenario("fields of users are listed with their options", { facts: "§A2 [K]" }, async ({ client }) => {
  const tier = (await client.userfields.list()).find((each) => each.key === "loyalty_tier");
  assert.equal(tier.type, "dropdown");
  const { result } = await client.userfields.listOptions(tier.id);
  assert.deepEqual(result.custom_field_options.map((each) => each.value), ["bronze", "silver", "gold"]);
});

scenario("users are listed by their role, shown together, changed together and deleted together", { facts: "§A2, §A3 [K]" }, async ({ client, later, load }) => {
  const { ids } = await load("users", [{ name: "Ann" }, { name: "Bob" }, { name: "Agnes", role: "agent" }]);
  const roles = new Set((await client.users.listWithFilter("role", "agent")).map((each) => each.role));
  assert.deepEqual([...roles], ["agent"]);
  assert.deepEqual((await client.users.showMany(ids.slice(0, 2).join(","))).result.map((each) => each.name), ["Ann", "Bob"]);
  const done = async (started) => {
    await later("60s");
    return (await client.jobstatuses.show(started.result.job_status.id)).result.job_status.results.map((each) => each.success);
  };
  const nobody = null;  // the client counts its arguments
  assert.deepEqual(await done(await client.users.updateMany(`${ids[0]},${ids[1]}`, { user: { notes: "seen" } }, nobody)), [true, true]);
  assert.equal((await client.users.show(ids[1])).result.notes, "seen");
  assert.deepEqual(await done(await client.users.destroyMany(`${ids[0]},${ids[0]}`, nobody, nobody)), [true, false]);
  assert.equal((await client.users.show(ids[0])).result.active, false);
});

scenario("an identity's verification is asked for, or told", { facts: "§A2 [K]" }, async ({ client }) => {
  const { result: user } = await client.users.create({ user: { name: "Ann", email: "ann@example.com" } });
  const [identity] = await client.useridentities.list(user.id);
  assert.equal((await client.useridentities.requestVerification(user.id, identity.id)).response.status, 200);
  assert.equal((await client.useridentities.show(user.id, identity.id)).result.verified, false);
  assert.equal((await client.useridentities.update(user.id, identity.id, { identity: { verified: true } })).result.verified, true);
});

scenario("a password is changed by the one whose it is, who knows the old one", { facts: "§A1 [K] switch: passwords" }, async ({ client, signedIn, standIn }) => {
  await standIn.control("settings", { passwords: true });
  const { result: me } = await client.users.auth(), { result: ann } = await client.users.create({ user: { name: "Ann" } });
  const by = (password) => signedIn({ username: me.email, password });
  await assert.rejects(client.users.password(me.id, "guessed", "another-password"), /422/);
  await assert.rejects(client.users.password(ann.id, "lockstep-password", "another-password"), /403/);
  assert.equal((await client.users.password(me.id, "lockstep-password", "another-password")).response.status, 200);
  await assert.rejects(by("lockstep-password").tickets.list(), /401/);
  assert.deepEqual(await by("another-password").tickets.list(), []);
});

// Contacts of version 1.
import assert from "node:assert/strict";
import { scenario } from "../harness.mjs";
import { pairs, refused } from "./older_calls.mjs";

const person = (values) => ({ properties: pairs(values, "property") });

scenario("a contact is made, read by id and address, changed and removed", { facts: "§0.1 [D2]" }, async ({ client }) => {
  const { vid } = await client.contacts.create(person({ email: "Ann@x.example", firstname: "Ann" }));
  assert.equal((await client.contacts.getById(vid)).properties.email.value, "ann@x.example");
  assert.equal((await client.contacts.getByEmail("ann@x.example")).vid, vid);
  await client.contacts.update(vid, person({ lastname: "Lee" }));
  await client.contacts.updateByEmail("ann@x.example", person({ city: "Oslo" }));
  const read = await client.contacts.getById(vid);
  assert.deepEqual([read.properties.lastname.value, read.properties.city.value], ["Lee", "Oslo"]);
  assert.equal(read.properties.city.versions.length, 1);
  assert.equal((await client.contacts.delete(vid)).deleted, true);
  assert.equal((await refused(client.contacts.getById(vid), 404)).message, "contact does not exist");
});

scenario("a taken address names its owner; what is not valid is refused by property", { facts: "§4.6 [O]" }, async ({ client }) => {
  const { vid } = await client.contacts.create(person({ email: "ann@x.example" }));
  const taken = await refused(client.contacts.create(person({ email: "ann@x.example" })), 409);
  assert.deepEqual([taken.error, taken.identityProfile.vid], ["CONTACT_EXISTS", vid]);
  const bad = await refused(client.contacts.update(vid, person({ shoesize: "9", lifecyclestage: "nonsense" })), 400);
  assert.deepEqual(bad.errors.map((each) => each.code).sort(), ["INVALID_OPTION", "PROPERTY_DOESNT_EXIST"]);
});

scenario("contacts are written many at once, all or none, and read many at once", { facts: "§0.1 [D2]" }, async ({ client }) => {
  const { vid, isNew } = await client.contacts.createOrUpdate("ann@x.example", person({ firstname: "Ann" }));
  assert.equal(isNew, true);
  await client.contacts.createOrUpdateBatch([{ vid: String(vid), ...person({ city: "Oslo" }) }, { email: "bob@x.example", ...person({ city: "Bonn" }) }]);
  await refused(client.contacts.createOrUpdateBatch([{ vid: String(vid), ...person({ city: "Rome" }) }, { email: "nonsense", ...person({}) }]), 400);
  const bob = (await client.contacts.getByEmail("bob@x.example")).vid;
  assert.equal((await client.contacts.getByIdBatch([vid, bob]))[vid].properties.city.value, "Oslo");
  assert.deepEqual(Object.keys(await client.contacts.getByEmailBatch(["bob@x.example", "none@x.example"])), [String(bob)]);
});

scenario("all contacts come page by page, the last changed first where that is asked for", { facts: "§0.1 [D2]" }, async ({ client, later }) => {
  const made = [];
  for (const name of ["a", "b", "c"]) {
    made.push((await client.contacts.create(person({ email: `${name}@x.example`, firstname: name }))).vid);
    await later("1s");
  }
  const first = await client.contacts.get({ count: 2 });
  assert.deepEqual(first.contacts.map((each) => each.vid), made.slice(0, 2));
  assert.equal(first["has-more"], true);
  const rest = await client.contacts.get({ count: 2, vidOffset: first["vid-offset"] });
  assert.deepEqual([rest.contacts.map((each) => each.vid), rest["has-more"]], [[made[2]], false]);
  await client.contacts.update(made[0], person({ city: "Oslo" }));
  assert.equal((await client.contacts.getRecentlyModified()).contacts[0].vid, made[0]);
  assert.equal((await client.contacts.getRecentlyCreated()).contacts[0].vid, made[2]);
  assert.equal((await client.contacts.search("b@x")).total, 1);
});

scenario("two contacts become one, which knows whom it absorbed; a second address is kept", { facts: "§2.11 [D2], §6 [D]" }, async ({ client }) => {
  const ann = (await client.contacts.create(person({ email: "ann@x.example" }))).vid, bob = (await client.contacts.create(person({ email: "bob@x.example" }))).vid;
  await client.contacts.addSecondaryEmail(ann, "ann@y.example");
  assert.equal(await client.contacts.merge(ann, bob), "SUCCESS");
  const one = await client.contacts.getById(bob);
  assert.deepEqual(one["merged-vids"], [ann, bob]);
  assert.equal((await client.contacts.getById(ann)).vid, one.vid);
  assert.equal((await client.contacts.getByEmail("ann@y.example")).vid, one.vid);
});

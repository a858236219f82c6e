// Search: paging, its cap, its lag, operators, its own rate.
import assert from "node:assert/strict";
import { claim, refused } from "./client.mjs";
import { kKinds } from "./kinds.mjs";

const filter = (propertyName, operator, more) => ({ filterGroups: [{ filters: [{ propertyName, operator, ...more }] }], properties: [], limit: 10, after: undefined, sorts: [] });

for (const kind of kKinds) {
  claim(`${kind.name}: several pages of a search, in order`, { facts: "§3.1 [D], §9.1 [K]", settings: ["--no-limits"] }, async ({ client, later }) => {
    const module = kind.module(client);
    await module.batchApi.create({ inputs: Array.from({ length: 25 }, (_, n) => ({ properties: kind.fields(10 + n), associations: [] })) });
    const query = { filterGroups: [{ filters: [{ propertyName: kind.text, operator: "HAS_PROPERTY" }] }], sorts: [{ propertyName: kind.text, direction: "DESCENDING" }], properties: [kind.text], limit: 10 };
    assert.equal((await module.searchApi.doSearch({ ...query, after: "0" })).total, 0);  // the index is behind
    await later();
    const names = [];
    let after = "0", pages = 0;
    for (; after !== undefined; ++pages) {
      const page = await module.searchApi.doSearch({ ...query, after });
      assert.equal(page.total, 25);
      names.push(...page.results.map((each) => each.properties[kind.text]));
      after = page.paging?.next?.after;
    }
    assert.equal(pages, 3);
    assert.deepEqual(names, Array.from({ length: 25 }, (_, n) => `Name${34 - n}`));
  });
}

// README of @hubspot/api-client 13.5.0 and 14.0.1, "CRM Search": sorts: ["-createdate"], after: 0 at first.
claim("a sort may be the name of a property, with a sign before it the other way round", { facts: "§3.1 [K], §9.1 [K]", settings: ["--no-limits"] }, async ({ client, later }) => {
  for (const name of ["b", "c", "a"]) await client.crm.companies.basicApi.create({ properties: { name }, associations: [] });
  await later();
  const names = async (...sorts) => (await client.crm.companies.searchApi.doSearch({ filterGroups: [], sorts, properties: ["name"], limit: 10, after: 0 })).results.map((each) => each.properties.name).join("");
  assert.equal(await names("name"), "abc");
  assert.equal(await names("-name"), "cba");
  assert.equal(await names({ propertyName: "name", direction: "DESCENDING" }), "cba");
});

claim("no more than ten thousand results are ever reached", { facts: "§3.1 [D]", numbered: true, settings: ["--no-limits"] }, async ({ client, standIn }) => {
  const contacts = Array.from({ length: 10050 }, (_, n) => ({ email: `c${n}@x.example` }));
  await standIn.control("records/contacts", contacts);
  const search = (after, limit) => client.crm.contacts.searchApi.doSearch({ filterGroups: [], sorts: [], properties: ["email"], limit, after });
  const last = await search("9900", 100);
  assert.equal(last.total, 10050);
  assert.equal(last.results.length, 100);
  assert.equal((await refused(search("10000", 1), 400)).category, "VALIDATION_ERROR");
  await refused(search("0", 201), 400);
});

claim("search knows its operators", { facts: "§3.1 [D]", settings: ["--no-limits"] }, async ({ client, later }) => {
  const make = async (properties) => (await client.crm.companies.basicApi.create({ properties, associations: [] })).id;
  const a = await make({ name: "Blue Bakery", numberofemployees: "9", industry: "RETAIL" });
  const b = await make({ name: "Green Motors", numberofemployees: "10" });
  await later();
  const found = async (...args) => (await client.crm.companies.searchApi.doSearch(filter(...args))).results.map((each) => each.id);
  const cases = [
    ["name", "EQ", { value: "blue bakery" }, [a]], ["name", "NEQ", { value: "blue bakery" }, [b]], ["name", "CONTAINS_TOKEN", { value: "bak*" }, [a]],
    ["name", "NOT_CONTAINS_TOKEN", { value: "bakery" }, [b]], ["name", "IN", { values: ["blue bakery"] }, [a]], ["name", "NOT_IN", { values: ["blue bakery"] }, [b]],
    ["numberofemployees", "GT", { value: "9" }, [b]], ["numberofemployees", "GTE", { value: "9" }, [a, b]], ["numberofemployees", "LT", { value: "10" }, [a]],
    ["numberofemployees", "LTE", { value: "10" }, [a, b]], ["numberofemployees", "BETWEEN", { value: "9", highValue: "10" }, [a, b]],
    ["industry", "HAS_PROPERTY", {}, [a]], ["industry", "NOT_HAS_PROPERTY", {}, [b]], ["industry", "EQ", { value: "retail" }, []],
  ];
  for (const [property, operator, more, expected] of cases) assert.deepEqual(await found(property, operator, more), expected, `${property} ${operator}`);
  await refused(found("nonsense", "EQ", { value: "x" }), 400);
});

claim("search finds by association, and never what is archived", { facts: "§3.1 [D]", settings: ["--no-limits"] }, async ({ client, later }) => {
  const { id: ann } = await client.crm.contacts.basicApi.create({ properties: { email: "a@x.example" }, associations: [] });
  const types = [{ associationCategory: "HUBSPOT_DEFINED", associationTypeId: 202 }];
  const { id: note } = await client.crm.objects.notes.basicApi.create({ properties: { hs_timestamp: "2026-05-01T09:00:00Z" }, associations: [{ to: { id: ann }, types }] });
  await later();
  const search = async () => (await client.crm.objects.notes.searchApi.doSearch(filter("associations.contact", "EQ", { value: ann }))).results.map((each) => each.id);
  assert.deepEqual(await search(), [note]);
  await client.crm.objects.notes.basicApi.archive(note);
  assert.deepEqual(await search(), []);
});

claim("the default properties of a search are the type's own", { facts: "§3.1 [D]", settings: ["--no-limits"] }, async ({ client, later }) => {
  await client.crm.contacts.basicApi.create({ properties: { email: "a@x.example" }, associations: [] });
  await later();
  const { results } = await client.crm.contacts.searchApi.doSearch({ filterGroups: [], limit: 1 });
  assert.deepEqual(Object.keys(results[0].properties), ["createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"]);
});

// Rows by query options: select, filter, order, top, count, pages, expand.
import assert from "node:assert/strict";
import { scenario } from "../harness.mjs";

async function people(standIn) {
  const { ids } = await standIn.control("records/account", [{ name: "Contoso", revenue: 100 }, { name: "Fabrikam", revenue: 2500.5 }]);
  await standIn.control("records/contact", [
    { firstname: "Ann", lastname: "Lee", birthdate: "1990-05-01", donotemail: true, _parentcustomerid_value: ids[0], "_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname": "account" },
    { firstname: "Bob", lastname: "Lee", emailaddress1: "bob@example.com", gendercode: 1, _parentcustomerid_value: ids[0], "_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname": "account" },
    { firstname: "Cid", lastname: "O'Neil", jobtitle: "Boss", _parentcustomerid_value: ids[1], "_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname": "account" },
  ]);
  return ids;
}
const names = (response) => response.value.map((row) => row.firstname);

scenario("filters compare, combine and call functions", { facts: "§2.13" }, async ({ api, standIn }) => {
  const [contoso] = await people(standIn);
  const find = async (filter) => names(await api.retrieveMultiple({ collection: "contacts", select: ["firstname"], filter, orderBy: ["firstname asc"] })).join("");
  assert.equal(await find("lastname eq 'lee'"), "AnnBob", "text compares without case [K]");
  assert.equal(await find("lastname eq 'O''Neil'"), "Cid");
  assert.equal(await find("emailaddress1 ne null and gendercode eq 1"), "Bob");
  assert.equal(await find("birthdate lt 1991-01-01 or jobtitle eq 'Boss'"), "AnnCid");
  assert.equal(await find("not (donotemail eq true)"), "BobCid");
  assert.equal(await find("contains(firstname,'n')"), "Ann");
  assert.equal(await find("startswith(firstname,'b') or endswith(lastname,'neil')"), "BobCid");
  assert.equal(await find(`_parentcustomerid_value eq ${contoso}`), "AnnBob");
  assert.equal(await find(`_parentcustomerid_value eq {${contoso}}`), "AnnBob", "the client strips braces");
  assert.equal(await find("parentcustomerid_account/name eq 'Fabrikam'"), "Cid");
  assert.equal(await find("Microsoft.Dynamics.CRM.In(PropertyName='firstname',PropertyValues=['Ann','Cid'])"), "AnnCid");
  assert.equal(await find("Microsoft.Dynamics.CRM.LastXDays(PropertyName='createdon',PropertyValue=1)"), "AnnBobCid");
  assert.equal(await find("Microsoft.Dynamics.CRM.OnOrAfter(PropertyName='createdon',PropertyValue='2099-01-01')"), "");
});

scenario("filters look into collections by any and all", { facts: "§2.13" }, async ({ api, standIn }) => {
  await people(standIn);
  const find = async (filter) => (await api.retrieveMultiple({ collection: "accounts", select: ["name"], filter, orderBy: ["name"] })).value.map((row) => row.name).join();
  assert.equal(await find("contact_customer_accounts/any(o:o/firstname eq 'Ann')"), "Contoso");
  assert.equal(await find("contact_customer_accounts/any(o:o/lastname eq 'Lee' and o/gendercode eq 1)"), "Contoso");
  assert.equal(await find("contact_customer_accounts/all(o:o/jobtitle eq 'Boss')"), "Fabrikam");
  assert.equal(await find("not contact_customer_accounts/any()"), "");
});

scenario("bad queries are told apart from bad rows", { facts: "§2.13 [I], §7.6 [I]" }, async ({ api }) => {
  const refused = (request, message) => assert.rejects(api.retrieveMultiple({ collection: "contacts", ...request }), (error) => {
    assert.equal(error.status, 400);
    assert.equal(error.code, "0x80060888");
    assert.ok(error.message.includes(message), error.message);
    return true;
  });
  await refused({ select: ["parentcustomerid_value"] }, "Could not find a property named 'parentcustomerid_value' on type 'Microsoft.Dynamics.CRM.contact'.");
  await refused({ filter: "shoesize eq 9" }, "Could not find a property named 'shoesize'");
  await refused({ filter: "firstname eq 9" }, "incompatible types");
  await refused({ queryParams: ["$skip=10"] }, "Skip Clause is not supported in CRM");
  await assert.rejects(api.retrieveMultiple({ collection: "leads" }), { status: 404, code: "0x8006088a", message: "Resource not found for the segment 'leads'." });
});

scenario("order and top", { facts: "§2.13" }, async ({ api, standIn }) => {
  await people(standIn);
  assert.deepEqual(names(await api.retrieveMultiple({ collection: "contacts", select: ["firstname"], orderBy: ["lastname desc", "firstname desc"] })), ["Cid", "Bob", "Ann"]);
  assert.deepEqual(names(await api.retrieveMultiple({ collection: "contacts", select: ["firstname"], orderBy: ["firstname"], top: 2 })), ["Ann", "Bob"]);
});

scenario("counts alone, with a filter and beside rows", { facts: "§2.13" }, async ({ api, standIn }) => {
  await people(standIn);
  assert.equal(await api.count({ collection: "contacts" }), 3);
  assert.equal(await api.count({ collection: "contacts", filter: "lastname eq 'Lee'" }), 2);
  assert.equal(await api.countAll({ collection: "contacts", filter: "lastname eq 'Lee'", select: ["firstname"] }), 2);
  const page = await api.retrieveMultiple({ collection: "contacts", select: ["firstname"], count: true, top: 1 });
  assert.equal(page.oDataCount, 3);
  assert.equal(page.value.length, 1);
});

scenario("a count ends at 5000 and says so", { facts: "§2.13" }, async ({ api, standIn }) => {
  await standIn.control("records/contact", Array.from({ length: 5003 }, (_, i) => ({ lastname: `L${i}` })));
  assert.equal(await api.count({ collection: "contacts" }), 5000);
  const page = await api.retrieveMultiple({ collection: "contacts", select: ["lastname"], count: true, maxPageSize: 10, includeAnnotations: "*" });
  assert.equal(page.oDataCount, 5000);
  assert.equal(page["@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded"], true);
  assert.equal(await api.countAll({ collection: "contacts", select: ["lastname"] }), 5003, "all pages hold them all");
});

scenario("every row comes once over many pages", { facts: "§2.13" }, async ({ api, standIn }) => {
  await standIn.control("records/contact", Array.from({ length: 103 }, (_, i) => ({ lastname: `L${i % 7}`, firstname: String(i) })));
  for (const orderBy of [undefined, ["lastname asc"], ["lastname desc", "firstname asc"], ["modifiedon asc", "contactid asc"]]) {
    const { value } = await api.retrieveAll({ collection: "contacts", select: ["firstname"], orderBy, maxPageSize: 10 });
    assert.equal(value.length, 103);
    assert.equal(new Set(value.map((row) => row.contactid)).size, 103);
  }
});

scenario("pages are walked by the next link", { facts: "§2.13, §9.2 [M]" }, async ({ api, standIn }) => {
  await standIn.control("records/contact", Array.from({ length: 25 }, (_, i) => ({ lastname: `L${i}` })));
  const sizes = [];
  let page = await api.retrieveMultiple({ collection: "contacts", select: ["lastname"], maxPageSize: 10 });
  for (sizes.push(page.value.length); page.oDataNextLink; sizes.push(page.value.length)) {
    assert.ok(page.oDataNextLink.startsWith(`${standIn.url}/api/data/v9.2/contacts?`), page.oDataNextLink);
    page = await api.retrieveMultiple({ collection: "contacts", select: ["lastname"], maxPageSize: 10 }, page.oDataNextLink);
  }
  assert.deepEqual(sizes, [10, 10, 5]);
});

scenario("lookups and collections are expanded, with options and nested", { facts: "§2.13" }, async ({ api, standIn }) => {
  const [contoso] = await people(standIn);
  const account = await api.retrieve({
    collection: "accounts", key: contoso, select: ["name"],
    expand: [{ property: "contact_customer_accounts", select: ["firstname", "lastname"], filter: "lastname eq 'Lee'", expand: [{ property: "parentcustomerid_account", select: ["name"] }] }],
  });
  assert.deepEqual(account.contact_customer_accounts.map((row) => [row.firstname, row.parentcustomerid_account.name]).sort(), [["Ann", "Contoso"], ["Bob", "Contoso"]]);
  const sorted = await api.retrieve({ collection: "accounts", key: contoso, select: ["name"], expand: [{ property: "contact_customer_accounts", select: ["firstname"], filter: "lastname eq 'Lee'", orderBy: ["firstname desc"] }] });
  assert.deepEqual(sorted.contact_customer_accounts.map((row) => row.firstname), ["Bob", "Ann"]);
  const top = await api.retrieveMultiple({ collection: "accounts", select: ["name"], orderBy: ["name"], expand: [{ property: "contact_customer_accounts", select: ["firstname"], top: 1 }] });
  assert.deepEqual(top.value.map((row) => row.contact_customer_accounts.length), [1, 1]);
});

scenario("an expanded collection has pages of its own", { facts: "§2.13" }, async ({ api, standIn }) => {
  const [contoso] = await people(standIn);
  await Promise.all(Array.from({ length: 12 }, (_, i) => api.create({ collection: "contacts", data: { lastname: `L${i}`, "parentcustomerid_account@odata.bind": `/accounts(${contoso})` } })));
  const account = await api.retrieve({ collection: "accounts", key: contoso, select: ["name"], maxPageSize: 10, expand: [{ property: "contact_customer_accounts", select: ["lastname"] }] });
  const rest = await api.retrieveMultiple({ collection: "contacts", maxPageSize: 10 }, account["contact_customer_accounts@odata.nextLink"]);
  const ids = [...account.contact_customer_accounts, ...rest.value].map((row) => row.contactid);
  assert.equal(account.contact_customer_accounts.length, 10);
  assert.equal(new Set(ids).size, 14);
});

scenario("annotations bring labels, tables and navigation of lookups", { facts: "§6.2" }, async ({ api, standIn }) => {
  await people(standIn);
  const { value } = await api.retrieveMultiple({ collection: "contacts", select: ["gendercode", "_parentcustomerid_value"], filter: "firstname eq 'Bob'", includeAnnotations: "*" });
  assert.equal(value[0].gendercode_Formatted, "Male");
  assert.equal(value[0]._parentcustomerid_value_Formatted, "Contoso");
  assert.equal(value[0]._parentcustomerid_value_LogicalName, "account");
  assert.equal(value[0]._parentcustomerid_value_NavigationProperty, "parentcustomerid_account");
  const bare = await api.retrieveMultiple({ collection: "contacts", select: ["gendercode"], filter: "firstname eq 'Bob'" });
  assert.equal(bare.value[0].gendercode_Formatted, undefined);
});

scenario("instants come without fractions and are revived as dates", { facts: "§6.1, §9.2 [M]" }, async ({ api }) => {
  const key = await api.create({ collection: "tasks", data: { subject: "s", scheduledend: "2025-01-31T10:15:00.750+01:00" } });
  const row = await api.retrieve({ collection: "tasks", key, select: ["scheduledend", "createdon"] });
  assert.equal(row.scheduledend.toISOString(), "2025-01-31T09:15:00.000Z");
  assert.ok(row.createdon instanceof Date);
});

scenario("a filter over the limit of URLs travels within a batch", { facts: "§9.1 [M], §7.14 [I]" }, async ({ api, standIn }) => {
  await people(standIn);
  const filter = Array.from({ length: 120 }, (_, i) => `firstname eq 'nobody ${i}'`).concat("firstname eq 'Cid'").join(" or ");
  assert.ok(filter.length > 2000);
  assert.deepEqual(names(await api.retrieveMultiple({ collection: "contacts", select: ["firstname"], filter })), ["Cid"]);
  const { calls } = await standIn.control("counts");
  assert.equal(calls["POST /api/data/v9.2/$batch"], 1);
});

scenario("numbers are grouped and summed", { facts: "§2.13" }, async ({ api, standIn }) => {
  await people(standIn);
  const total = await api.retrieveMultiple({ collection: "accounts", apply: "aggregate(revenue with sum as total,$count as rows)" });
  assert.equal(total.value[0].total, 2600.5);
  assert.equal(total.value[0].rows, 2);
  const groups = await api.retrieveMultiple({ collection: "contacts", apply: "groupby((lastname),aggregate($count as rows))" });
  assert.deepEqual(groups.value.map((row) => [row.lastname, row.rows]).sort(), [["Lee", 2], ["O'Neil", 1]]);
  const some = await api.retrieveMultiple({ collection: "accounts", apply: "filter(name eq 'Contoso')/aggregate(revenue with max as most)" });
  assert.equal(some.value[0].most, 100);
});

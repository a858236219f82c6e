// FetchXML and views.
import assert from "node:assert/strict";
import { scenario } from "../harness.mjs";

const load = async (standIn) => {
  const { ids } = await standIn.control("records/account", [{ name: "Contoso", revenue: 10 }, { name: "Fabrikam", revenue: 20.25 }]);
  const customer = (id) => ({ _parentcustomerid_value: id, "_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname": "account" });
  await standIn.control("records/contact", [{ firstname: "Ann", lastname: "Lee", gendercode: 2, ...customer(ids[0]) }, { firstname: "Bob", lastname: "Lee", ...customer(ids[0]) }, { firstname: "Cid", lastname: "Poe" }]);
  return ids;
};

scenario("a fetch filters, orders and selects", { facts: "§2.13" }, async ({ api, standIn }) => {
  await load(standIn);
  const { value } = await api.fetch({ collection: "contacts", fetchXml: '<fetch><entity name="contact"><attribute name="firstname"/><filter type="or"><condition attribute="firstname" operator="like" value="a%"/><condition attribute="lastname" operator="in"><value>Poe</value></condition></filter><order attribute="firstname" descending="true"/></entity></fetch>' });
  assert.deepEqual(value.map((row) => row.firstname), ["Cid", "Ann"]);
  assert.equal(value[0].lastname, undefined);
  assert.ok(value[0].contactid);
});

scenario("a fetch joins tables, inner and outer", { facts: "§2.13" }, async ({ api, standIn }) => {
  await load(standIn);
  const fetchXml = (kind) => `<fetch><entity name="contact"><attribute name="firstname"/><order attribute="firstname"/><link-entity name="account" from="accountid" to="parentcustomerid" link-type="${kind}" alias="c"><attribute name="name"/></link-entity></entity></fetch>`;
  const inner = await api.fetch({ collection: "contacts", fetchXml: fetchXml("inner") });
  assert.deepEqual(inner.value.map((row) => [row.firstname, row.c.name]), [["Ann", "Contoso"], ["Bob", "Contoso"]]);
  const outer = await api.fetch({ collection: "contacts", fetchXml: fetchXml("outer") });
  assert.equal(outer.value.length, 3);
  assert.equal(outer.value[2].c, undefined);
});

scenario("pages of a fetch are walked by paging cookie", { facts: "§2.13" }, async ({ api, standIn }) => {
  await standIn.control("records/contact", Array.from({ length: 25 }, (_, i) => ({ lastname: `L${i}` })));
  const fetchXml = '<fetch count="10"><entity name="contact"><attribute name="lastname"/></entity></fetch>';
  const first = await api.fetch({ collection: "contacts", fetchXml });
  assert.equal(first.value.length, 10);
  assert.equal(first.PagingInfo.nextPage, 2);
  const second = await api.fetch({ collection: "contacts", fetchXml, pageNumber: 2, pagingCookie: first.PagingInfo.cookie });
  assert.equal(second.value.length, 10);
  const { value } = await api.fetchAll({ collection: "contacts", fetchXml });
  assert.equal(new Set(value.map((row) => row.contactid)).size, 25);
});

scenario("a fetch counts and sums", { facts: "§2.13" }, async ({ api, standIn }) => {
  await load(standIn);
  const sums = await api.fetch({ collection: "accounts", fetchXml: '<fetch aggregate="true"><entity name="account"><attribute name="revenue" alias="total" aggregate="sum"/><attribute name="accountid" alias="rows" aggregate="count"/></entity></fetch>' });
  assert.deepEqual([sums.value[0].total, sums.value[0].rows], [30.25, 2]);
  const groups = await api.fetch({ collection: "contacts", fetchXml: '<fetch aggregate="true"><entity name="contact"><attribute name="lastname" alias="family" groupby="true"/><attribute name="contactid" alias="rows" aggregate="count"/></entity></fetch>' });
  assert.deepEqual(groups.value.map((row) => [row.family, row.rows]), [["Lee", 2], ["Poe", 1]]);
});

scenario("a wrong fetch is refused", { facts: "§5.3" }, async ({ api }) => {
  const refused = (fetchXml, code) => assert.rejects(api.fetch({ collection: "contacts", fetchXml }), { status: 400, code });
  await refused('<fetch><entity name="account"/></fetch>', "0x80040203");
  await refused('<fetch><entity name="contact"><attribute name="shoesize"/></entity></fetch>', "0x80041103");
  await refused('<fetch><entity name="contact">', "0x80040203");
});

scenario("a view is read by its id", { facts: "§2.13" }, async ({ api, standIn }) => {
  const [contoso] = await load(standIn);
  await api.update({ collection: "accounts", key: contoso, data: { statecode: 1, statuscode: 2 } });
  const { value: [view] } = await api.retrieveMultiple({ collection: "savedqueries", select: ["name"], filter: "returnedtypecode eq 'account'" });
  assert.equal(view.name, "Active Accounts");
  const { value } = await api.retrieveMultiple({ collection: "accounts", savedQuery: view.savedqueryid });
  assert.deepEqual(value.map((row) => row.name), ["Fabrikam"]);
});

scenario("a fetch looks at other tables in its conditions and aggregates", { facts: "§2.13" }, async ({ api, standIn }) => {
  await load(standIn);
  const link = (inside) => `<link-entity name="account" from="accountid" to="parentcustomerid" alias="c">${inside}</link-entity>`;
  const { value } = await api.fetch({ collection: "contacts", fetchXml: `<fetch><entity name="contact"><attribute name="firstname"/><filter type="or"><condition entityname="c" attribute="revenue" operator="gt" value="100"/><condition attribute="firstname" operator="eq" value="Bob"/></filter>${link("")}</entity></fetch>` });
  assert.deepEqual(value.map((row) => row.firstname), ["Bob"]);
  const groups = await api.fetch({ collection: "contacts", fetchXml: `<fetch aggregate="true"><entity name="contact"><attribute name="contactid" alias="people" aggregate="count"/>${link('<attribute name="name" alias="company" groupby="true"/>')}</entity></fetch>` });
  assert.deepEqual(groups.value.map((row) => [row.company, row.people]), [["Contoso", 2]]);
});

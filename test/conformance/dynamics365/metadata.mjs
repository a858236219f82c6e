// What the service tells about itself.
import assert from "node:assert/strict";
import { scenario } from "../harness.mjs";

scenario("names of tables lead to names of sets", { facts: "§1.4, §9.1 [M]" }, async ({ client, standIn }) => {
  const api = client({ useEntityNames: true });
  const id = await api.create({ collection: "contact", data: { lastname: "Lee" } });
  assert.equal((await api.retrieve({ collection: "contact", key: id, select: ["lastname"] })).lastname, "Lee");
  const { calls } = await standIn.control("counts");
  assert.equal(calls["POST /api/data/v9.2/contacts"], 1);
});

scenario("tables are listed, and found by what they can do", { facts: "§1.4, §3.1" }, async ({ api }) => {
  const { value } = await api.retrieveEntities({ select: ["LogicalName", "EntitySetName", "PrimaryIdAttribute"] });
  const phonecall = value.find((table) => table.LogicalName === "phonecall");
  assert.equal(phonecall.EntitySetName, "phonecalls");
  assert.equal(phonecall.PrimaryIdAttribute, "activityid");
  const tracked = await api.retrieveEntities({ select: ["LogicalName"], filter: "ChangeTrackingEnabled eq true" });
  const names = tracked.value.map((table) => table.LogicalName);
  assert.ok(names.includes("account") && names.includes("annotation"));
  assert.ok(!names.includes("systemuser"));
});

scenario("a table is read by name or by id, with its attributes, keys and relationships", { facts: "§2.6, §9.4" }, async ({ api }) => {
  const account = await api.retrieveEntity({ key: "LogicalName='account'", select: ["LogicalName", "IsOptimisticConcurrencyEnabled"], expand: [{ property: "Keys", select: ["LogicalName", "KeyAttributes"] }, { property: "OneToManyRelationships", select: ["SchemaName"] }, { property: "Attributes", select: ["LogicalName"], filter: "LogicalName eq 'name'" }] });
  assert.equal(account.IsOptimisticConcurrencyEnabled, true);
  assert.deepEqual(account.Keys[0].KeyAttributes, ["lockstep_id"]);
  assert.ok(account.OneToManyRelationships.some((each) => each.SchemaName === "contact_customer_accounts"));
  assert.equal(account.Attributes.length, 1);
  const same = await api.retrieveEntity({ key: account.MetadataId, select: ["LogicalName"] });
  assert.equal(same.LogicalName, "account");
  await assert.rejects(api.retrieveEntity({ key: "LogicalName='lead'" }), { status: 404 });
});

scenario("attributes tell their types, limits and requirements", { facts: "§8" }, async ({ api }) => {
  const { value } = await api.retrieveAttributes({ entityKey: "LogicalName='contact'", select: ["LogicalName", "AttributeType", "RequiredLevel"] });
  const level = (name) => value.find((each) => each.LogicalName === name).RequiredLevel.Value;
  assert.equal(level("lastname"), "ApplicationRequired");
  assert.equal(level("firstname"), "None");
  const text = await api.retrieveAttribute({ entityKey: "LogicalName='contact'", attributeKey: "LogicalName='lastname'", castType: "Microsoft.Dynamics.CRM.StringAttributeMetadata" });
  assert.equal(text.MaxLength, 50);
  const parent = await api.retrieveAttribute({ entityKey: "LogicalName='contact'", attributeKey: "LogicalName='parentcustomerid'" });
  assert.deepEqual(parent.Targets, ["account", "contact"]);
  assert.equal(parent.AttributeType, "Customer");
});

scenario("option sets come with an expand, states with their statuses", { facts: "§6.3, §8" }, async ({ api }) => {
  const { value } = await api.retrieveAttributes({ entityKey: "LogicalName='incident'", castType: "Microsoft.Dynamics.CRM.PicklistAttributeMetadata", select: ["LogicalName"], expand: [{ property: "OptionSet", select: ["Options"] }] });
  const origin = value.find((each) => each.LogicalName === "caseorigincode");
  assert.deepEqual(origin.OptionSet.Options.map((each) => each.Value), [1, 2, 3, 2483, 3986, 700610000]);
  assert.equal(origin.OptionSet.Options[0].Label.UserLocalizedLabel.Label, "Phone");
  const status = await api.retrieveAttribute({ entityKey: "LogicalName='incident'", attributeKey: "LogicalName='statuscode'", castType: "Microsoft.Dynamics.CRM.StatusAttributeMetadata", expand: [{ property: "OptionSet" }] });
  assert.deepEqual(status.OptionSet.Options.filter((each) => each.State === 1).map((each) => each.Value), [5, 1000]);
  const plain = await api.retrieveAttribute({ entityKey: "LogicalName='incident'", attributeKey: "LogicalName='caseorigincode'" });
  assert.equal(plain.OptionSet, undefined, "it has to be expanded");
});

scenario("relationships are listed and read by name", { facts: "§2.7, §2.8" }, async ({ api }) => {
  const { value } = await api.retrieveRelationships({ castType: "Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata", select: ["SchemaName", "ReferencedEntity"], filter: "ReferencingEntity eq 'task'" });
  assert.deepEqual(value.map((each) => each.SchemaName).sort(), ["Account_Tasks", "Contact_Tasks", "Incident_Tasks", "TransactionCurrency_Task"]);
  const one = await api.retrieveRelationship({ key: "SchemaName='Account_Tasks'", castType: "Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata" });
  assert.equal(one.ReferencingEntityNavigationPropertyName, "regardingobjectid_account_task");
  assert.equal(one.CascadeConfiguration.Delete, "Cascade");
  assert.deepEqual((await api.retrieveGlobalOptionSets()).value, []);
});

scenario("the service document names types, sets and navigation properties", { facts: "§1.4" }, async ({ api }) => {
  const xml = await api.retrieveCsdlMetadata();
  assert.ok(xml.startsWith("<?xml"));
  assert.ok(xml.includes('<EntitySet Name="incidents" EntityType="Microsoft.Dynamics.CRM.incident"/>'));
  assert.ok(xml.includes('<NavigationProperty Name="customerid_account"'));
});

scenario("an option that is added is taken, one that is removed is refused but kept where it is", { facts: "§5.3, §8" }, async ({ api, standIn }) => {
  const key = await api.create({ collection: "contacts", data: { lastname: "Lee", gendercode: 2 } });
  await standIn.control("schema", { object: "contact", field: "gendercode", remove_option: "Female" });
  await standIn.control("schema", { object: "contact", field: "gendercode", add_option: "Unknown" });
  await assert.rejects(api.create({ collection: "contacts", data: { lastname: "Poe", gendercode: 2 } }), { code: "0x8004431a" });
  assert.equal((await api.retrieve({ collection: "contacts", key, select: ["gendercode"] })).gendercode, 2);
  const { OptionSet } = await api.retrieveAttribute({ entityKey: "LogicalName='contact'", attributeKey: "LogicalName='gendercode'", castType: "Microsoft.Dynamics.CRM.PicklistAttributeMetadata", expand: [{ property: "OptionSet" }] });
  const added = OptionSet.Options.find((each) => each.Label.UserLocalizedLabel.Label === "Unknown").Value;
  assert.ok(await api.create({ collection: "contacts", data: { lastname: "Poe", gendercode: added } }));
});

scenario("a column that is made required refuses rows without it", { facts: "§5.3" }, async ({ api, standIn }) => {
  await standIn.control("schema", { object: "contact", field: "firstname", required: true });
  await assert.rejects(api.create({ collection: "contacts", data: { lastname: "Lee" } }), { status: 400, code: "0x80040200" });
  assert.ok(await api.create({ collection: "contacts", data: { firstname: "Ann", lastname: "Lee" } }));
});

const label = (text) => ({ LocalizedLabels: [{ Label: text, LanguageCode: 1033 }] });

scenario("columns of several types are made and renamed", { facts: "§6.1, §8 [K]" }, async ({ api }) => {
  const table = { entityKey: "LogicalName='contact'" };
  const make = (type, name, more = {}) => api.createAttribute({ ...table, data: { "@odata.type": `Microsoft.Dynamics.CRM.${type}AttributeMetadata`, SchemaName: name, DisplayName: label(name), ...more } });
  await make("Decimal", "new_Score", { Precision: 3 });
  await make("MultiSelectPicklist", "new_Hobbies", { OptionSet: { Options: [{ Value: 1, Label: label("Chess") }, { Value: 3, Label: label("Go") }] } });
  const key = await api.create({ collection: "contacts", data: { lastname: "Lee", new_score: 1.2346, new_hobbies: "3,1" } });
  const row = await api.retrieve({ collection: "contacts", key, select: ["new_score", "new_hobbies"] });
  assert.equal(row.new_score, 1.235);
  assert.equal(row.new_hobbies, "1,3");
  const score = await api.retrieveAttribute({ ...table, attributeKey: "LogicalName='new_score'", castType: "Microsoft.Dynamics.CRM.DecimalAttributeMetadata" });
  await api.updateAttribute({ ...table, castType: "Microsoft.Dynamics.CRM.DecimalAttributeMetadata", data: { ...score, DisplayName: label("Points") } });
  assert.equal((await api.retrieveAttribute({ ...table, attributeKey: "LogicalName='new_score'" })).DisplayName.UserLocalizedLabel.Label, "Points");
});

scenario("a choice of all tables is made, used and deleted", { facts: "§8 [K]" }, async ({ api }) => {
  const id = await api.createGlobalOptionSet({ data: { "@odata.type": "Microsoft.Dynamics.CRM.OptionSetMetadata", Name: "new_sizes", OptionSetType: "Picklist", Options: [{ Value: 1, Label: label("Small") }] } });
  await api.createAttribute({ entityKey: "LogicalName='contact'", data: { "@odata.type": "Microsoft.Dynamics.CRM.PicklistAttributeMetadata", SchemaName: "new_Size", DisplayName: label("Size"), "GlobalOptionSet@odata.bind": `/GlobalOptionSetDefinitions(${id})` } });
  await api.create({ collection: "contacts", data: { lastname: "Lee", new_size: 1 } });
  assert.equal((await api.retrieveGlobalOptionSet({ key: "Name='new_sizes'" })).Options[0].Value, 1);
  await assert.rejects(api.deleteGlobalOptionSet({ key: id }), { status: 400 });
});

scenario("tables are tied many to many, and a relationship forbids deleting", { facts: "§2.7, §2.8, §8 [K]" }, async ({ api }) => {
  await api.createRelationship({ data: { "@odata.type": "Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata", SchemaName: "new_account_fans", Entity1LogicalName: "account", Entity2LogicalName: "contact", IntersectEntityName: "new_account_contact" } });
  await api.createRelationship({ data: { "@odata.type": "Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata", SchemaName: "new_account_guards", ReferencedEntity: "account", ReferencingEntity: "contact", CascadeConfiguration: { Delete: "Restrict" }, Lookup: { SchemaName: "new_Guarded" } } });
  const account = await api.create({ collection: "accounts", data: { name: "A" } });
  const lee = await api.create({ collection: "contacts", data: { lastname: "Lee", "new_Guarded@odata.bind": `/accounts(${account})` } });
  await api.associate({ collection: "accounts", primaryKey: account, relationshipName: "new_account_fans", relatedCollection: "contacts", relatedKey: lee });
  const expanded = await api.retrieve({ collection: "contacts", key: lee, select: ["lastname"], expand: [{ property: "new_account_fans", select: ["name"] }] });
  assert.equal(expanded.new_account_fans[0].name, "A");
  await assert.rejects(api.deleteRecord({ collection: "accounts", key: account }), { status: 405, code: "0x80040227" });
  await api.disassociate({ collection: "accounts", primaryKey: account, relationshipName: "new_account_fans", relatedCollection: "contacts", relatedKey: lee });
  await api.deleteRecord({ collection: "contacts", key: lee });
  assert.equal(await api.deleteRecord({ collection: "accounts", key: account }), true);
});

scenario("a table is tied to itself by two names, and how that is shown is changed", { facts: "§2.8, §8 [K]" }, async ({ api }) => {
  const id = await api.createRelationship({ data: { "@odata.type": "Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata", SchemaName: "new_partners", Entity1LogicalName: "account", Entity2LogicalName: "account",
    Entity1NavigationPropertyName: "new_sells", Entity2NavigationPropertyName: "new_buys" } });
  const [seller, buyer] = [await api.create({ collection: "accounts", data: { name: "Seller" } }), await api.create({ collection: "accounts", data: { name: "Buyer" } })];
  await api.associate({ collection: "accounts", primaryKey: seller, relationshipName: "new_sells", relatedCollection: "accounts", relatedKey: buyer });
  const tied = async (key) => api.retrieve({ collection: "accounts", key, select: ["name"], expand: [{ property: "new_sells", select: ["name"] }, { property: "new_buys", select: ["name"] }] });
  assert.deepEqual([(await tied(seller)).new_sells[0].name, (await tied(seller)).new_buys], ["Buyer", []]);
  assert.equal((await tied(buyer)).new_buys[0].name, "Seller");
  const castType = "Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata";
  const held = await api.retrieveRelationship({ key: id, castType });
  await api.updateRelationship({ castType, data: { ...held, Entity1AssociatedMenuConfiguration: { Behavior: "DoNotDisplay" } } });
  assert.equal((await api.retrieveRelationship({ key: id, castType })).Entity1AssociatedMenuConfiguration.Behavior, "DoNotDisplay");
  assert.equal(await api.deleteRelationship({ key: id }), true);
});

scenario("a table is made, filled and renamed", { facts: "§8 [K]" }, async ({ api }) => {
  const string = "Microsoft.Dynamics.CRM.StringAttributeMetadata";
  const id = await api.createEntity({ data: {
    "@odata.type": "Microsoft.Dynamics.CRM.EntityMetadata", SchemaName: "new_Pet", DisplayName: label("Pet"), DisplayCollectionName: label("Pets"), OwnershipType: "UserOwned", HasActivities: false, HasNotes: false,
    Attributes: [{ "@odata.type": string, SchemaName: "new_Name", IsPrimaryName: true, MaxLength: 100, DisplayName: label("Name") }] } });
  const table = await api.retrieveEntity({ key: id });
  assert.deepEqual([table.LogicalName, table.DisplayName.UserLocalizedLabel.Label], ["new_pet", "Pet"]);
  const key = await api.create({ collection: table.EntitySetName, data: { new_name: "Rex" } });
  assert.equal((await api.retrieve({ collection: table.EntitySetName, key, select: ["new_name"] })).new_name, "Rex");
  await api.updateEntity({ data: { ...table, DisplayName: label("Animal"), ChangeTrackingEnabled: false }, mergeLabels: true });
  const renamed = await api.retrieveEntity({ key: "LogicalName='new_pet'", select: ["DisplayName", "ChangeTrackingEnabled"] });
  assert.deepEqual([renamed.DisplayName.UserLocalizedLabel.Label, renamed.ChangeTrackingEnabled], ["Animal", false]);
  await assert.rejects(api.retrieveMultiple({ collection: table.EntitySetName, select: ["new_name"], trackChanges: true }), { status: 400 });
  await assert.rejects(api.updateEntity({ data: { ...table, LogicalName: "account" } }), { status: 400 });
});

scenario("a relationship forbids, lets go of, and is deleted with its lookup", { facts: "§2.7, §8 [K]" }, async ({ api }) => {
  const castType = "Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata";
  await api.createRelationship({ data: { "@odata.type": castType, SchemaName: "new_account_guards", ReferencedEntity: "account", ReferencingEntity: "contact", CascadeConfiguration: { Delete: "Restrict" }, Lookup: { SchemaName: "new_Guarded" } } });
  const account = await api.create({ collection: "accounts", data: { name: "A" } });
  const key = await api.create({ collection: "contacts", data: { lastname: "Lee", "new_Guarded@odata.bind": `/accounts(${account})` } });
  await assert.rejects(api.deleteRecord({ collection: "accounts", key: account }), { status: 405 });
  const guards = await api.retrieveRelationship({ key: "SchemaName='new_account_guards'", castType });
  await api.updateRelationship({ data: { ...guards, CascadeConfiguration: { Delete: "RemoveLink" } }, castType });
  assert.equal(await api.deleteRecord({ collection: "accounts", key: account }), true);
  assert.equal((await api.retrieve({ collection: "contacts", key, select: ["_new_guarded_value"] }))._new_guarded_value, null);
  await api.deleteRelationship({ key: guards.MetadataId });
  await assert.rejects(api.retrieveRelationship({ key: guards.MetadataId }), { status: 404 });
  await assert.rejects(api.retrieve({ collection: "contacts", key, select: ["_new_guarded_value"] }), { status: 400 });
  await assert.rejects(api.deleteRelationship({ key: "SchemaName='Account_Tasks'" }), { status: 400 });
});

scenario("a choice of all tables is renamed", { facts: "§8 [K]" }, async ({ api }) => {
  const data = { "@odata.type": "Microsoft.Dynamics.CRM.OptionSetMetadata", Name: "new_sizes", OptionSetType: "Picklist", DisplayName: label("Sizes"), Options: [{ Value: 1, Label: label("Small") }] };
  const id = await api.createGlobalOptionSet({ data });
  await api.updateGlobalOptionSet({ data: { ...(await api.retrieveGlobalOptionSet({ key: id })), DisplayName: label("Measures") } });
  assert.equal((await api.retrieveGlobalOptionSet({ key: id })).DisplayName.UserLocalizedLabel.Label, "Measures");
});

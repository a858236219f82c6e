// Lists of records: made, named, searched, and who is in them.
import assert from "node:assert/strict";
import { claim, refused } from "./client.mjs";

const create = async (client, name, more) => (await client.crm.lists.listsApi.create({ name, objectTypeId: "0-1", processingType: "MANUAL", ...more })).list;
const contact = async (client, email) => (await client.crm.contacts.basicApi.create({ properties: { email }, associations: [] })).id;

claim("a list is made, found by its name and id, renamed, removed and restored", { facts: "§2.7 [D]" }, async ({ client }) => {
  const { listsApi } = client.crm.lists, { listId } = await create(client, "Guests");
  assert.equal((await listsApi.getByName("Guests", "0-1")).list.listId, listId);
  assert.equal((await listsApi.updateName(listId, "Visitors")).updatedList.name, "Visitors");
  assert.deepEqual((await listsApi.getAll([listId])).lists.map((each) => each.name), ["Visitors"]);
  await listsApi.remove(listId);
  await refused(listsApi.getById(listId), 404);
  await listsApi.restore(listId);
  assert.equal((await listsApi.getById(listId)).list.processingType, "MANUAL");
});

claim("two lists of one name are refused, in a vendor's words", { facts: "§4.5 [D]" }, async ({ client }) => {
  await create(client, "Guests");
  await refused(create(client, "GUESTS"), 400);
});

claim("members join, leave, are paged and told of", { facts: "§2.7 [D]" }, async ({ client }) => {
  const { membershipsApi } = client.crm.lists, { listId } = await create(client, "Guests");
  const ids = [];
  for (const name of ["a", "b", "c"]) ids.push(await contact(client, `${name}@x.example`));
  const added = await membershipsApi.add(listId, [...ids, "999"]);
  assert.deepEqual([added.recordsIdsAdded, added.recordIdsMissing], [ids, ["999"]]);
  const page = await membershipsApi.getPage(listId, undefined, undefined, 2);
  assert.deepEqual(page.results.map((each) => each.recordId), ids.slice(0, 2));
  assert.deepEqual((await membershipsApi.getPage(listId, page.paging.next.after, undefined, 2)).results.map((each) => each.recordId), ids.slice(2));
  const changed = await membershipsApi.addAndRemove(listId, { recordIdsToAdd: [], recordIdsToRemove: [ids[0]] });
  assert.deepEqual(changed.recordIdsRemoved, [ids[0]]);
  assert.deepEqual((await membershipsApi.getLists("0-1", ids[1])).results.map((each) => each.listId), [listId]);
  const other = await create(client, "Others");
  await membershipsApi.addAllFromList(other.listId, listId);
  assert.equal((await membershipsApi.getPage(other.listId)).total, 2);
  assert.deepEqual((await membershipsApi.remove(other.listId, [ids[1], "999"])).recordIdsRemoved, [ids[1]]);
  const [last] = (await membershipsApi.getPageOrderedByAddedToListDate(other.listId)).results;
  assert.equal(last.recordId, ids[2]);
  await membershipsApi.removeAll(other.listId);
  assert.equal((await membershipsApi.getPage(other.listId)).total, 0);
});

claim("lists are searched by a part of their name, with their size where it is asked for", { facts: "§3.1 [D]" }, async ({ client }) => {
  const { listId } = await create(client, "Guests of May");
  await create(client, "Speakers");
  await client.crm.lists.membershipsApi.add(listId, [await contact(client, "a@x.example")]);
  const search = client.crm.lists.searchApi ?? client.crm.lists.listsApi;
  const found = await search.doSearch({ query: "guests", offset: 0, count: 20, additionalProperties: ["hs_list_size"] });
  assert.deepEqual(found.lists.map((each) => [each.listId, each.additionalProperties.hs_list_size]), [[listId, "1"]]);
  assert.deepEqual([found.total, found.hasMore], [1, false]);
});

claim("a dynamic list holds who fits its filter, and nobody is put into it", { facts: "§4.5 [D]" }, async ({ client }) => {
  const filter = { filterType: "PROPERTY", property: "city", operation: { operationType: "MULTISTRING", operator: "IS_EQUAL_TO", values: ["Berlin"], includeObjectsWithNoValueSet: false } };
  const filterBranch = { filterBranchType: "OR", filterBranchOperator: "OR", filters: [], filterBranches: [{ filterBranchType: "AND", filterBranchOperator: "AND", filterBranches: [], filters: [filter] }] };
  const { listId } = await create(client, "Berliners", { processingType: "DYNAMIC", filterBranch });
  const { id } = await client.crm.contacts.basicApi.create({ properties: { email: "a@x.example", city: "Berlin" }, associations: [] });
  const other = await contact(client, "b@x.example");
  const { membershipsApi } = client.crm.lists;
  assert.deepEqual((await membershipsApi.getPage(listId)).results.map((each) => each.recordId), [id]);
  await refused(membershipsApi.add(listId, [other]), 400);
  filter.operation.values = ["Paris"];
  await client.crm.lists.listsApi.updateListFilters(listId, { filterBranch });
  assert.equal((await membershipsApi.getPage(listId)).total, 0);
});

claim("lists are put away in folders, which are a tree and hold nothing when they go", { facts: "§4.5 [S]" }, async ({ client }) => {
  const { foldersApi } = client.crm.lists;
  const { folder: outer } = await foldersApi.create({ name: "Events" });
  const { folder: inner } = await foldersApi.create({ name: "May", parentFolderId: String(outer.id) });
  const { listId } = await create(client, "Guests");
  await foldersApi.moveList({ listId, newFolderId: String(inner.id) });
  const { folder } = await foldersApi.getAll(String(outer.id));
  assert.deepEqual(folder.childNodes.map((each) => [each.name, each.childLists.map(String)]), [["May", [listId]]]);
  assert.equal((await foldersApi.rename(String(inner.id), "June")).folder.name, "June");
  await refused(foldersApi.move(String(outer.id), String(inner.id)), 400);
  await refused(foldersApi.remove(String(inner.id)), 400);
  await foldersApi.moveList({ listId, newFolderId: "0" });
  await foldersApi.move(String(inner.id), "0");
  await foldersApi.remove(String(inner.id));
  assert.deepEqual((await foldersApi.getAll()).folder.childNodes.map((each) => each.name), ["Events"]);
});

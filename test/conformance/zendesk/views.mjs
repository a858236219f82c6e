// Views: tickets by conditions, in an order.
import assert from "node:assert/strict";
import { scenario } from "../harness.mjs";

const urgent = (more = {}) => ({ title: "Urgent", all: [{ field: "status", operator: "less_than", value: "solved" }, { field: "priority", operator: "is", value: "urgent" }], ...more });

scenario("a view is made, shown, changed and listed", { facts: "§A2 [K]" }, async ({ client }) => {
  const { result: made } = await client.views.create({ view: urgent() });
  assert.deepEqual([made.title, made.active, made.conditions.all.length], ["Urgent", true, 2]);
  assert.equal((await client.views.update(made.id, { view: { active: false } })).result.active, false);
  assert.equal((await client.views.show(made.id)).result.title, "Urgent");
  assert.deepEqual((await client.views.list()).map((each) => each.title), ["All unsolved tickets", "Urgent"]);
  assert.deepEqual((await client.views.listActive()).map((each) => each.title), ["All unsolved tickets"]);
  assert.equal("conditions" in (await client.views.listCompact())[0], false);
});

scenario("a view needs a condition that tells tickets apart, and knows of no saves", { facts: "§A2 [K]" }, async ({ client }) => {
  await assert.rejects(client.views.create({ view: { title: "All", all: [{ field: "subject", operator: "is", value: "x" }] } }), /422/);
  await assert.rejects(client.views.create({ view: urgent({ any: [{ field: "status", operator: "changed" }] }) }), /422/);
  await assert.rejects(client.views.create({ view: urgent({ title: "" }) }), /422/);
  await assert.rejects(client.views.create({ view: urgent({ output: { columns: ["colour"] } }) }), /422/);
});

scenario("a view has its tickets in its order, and counts them", { facts: "§A2 [K]" }, async ({ client, load }) => {
  await load("tickets", [["b", "urgent", "open"], ["a", "urgent", "new"], ["c", "low", "open"], ["d", "urgent", "solved"]].map(([subject, priority, status]) => ({ subject, description: "x", priority, status })));
  const output = { columns: ["subject", "status"], sort_by: "subject", sort_order: "asc" };
  const { result: view } = await client.views.create({ view: urgent({ output }) });
  assert.deepEqual((await client.views.tickets(view.id)).map((each) => each.subject ?? each.tickets?.map((ticket) => ticket.subject)).flat(), ["a", "b"]);
  assert.deepEqual((await client.views.execute(view.id, {})).map((each) => each.id), [view.id]);  // of all that is answered it hands on the view
  const { rows } = (await client.tickets.get(["views", view.id, "execute", { sort_by: "subject", sort_order: "desc" }])).result;
  assert.deepEqual(rows.map((each) => [each.subject, each.status, each.ticket.priority]), [["b", "open", "urgent"], ["a", "new", "urgent"]]);
  const { result: count } = await client.views.showCount(view.id);
  assert.equal((count.view_count ?? count).value, 2);
  const { result: counts } = await client.views.showCounts([view.id]);
  assert.deepEqual((counts.view_counts ?? counts).map((each) => each.value), [2]);
});

scenario("a view is tried before it is made", { facts: "§A2 [K]" }, async ({ client, load }) => {
  await load("tickets", [{ subject: "a", description: "x", priority: "urgent" }, { subject: "b", description: "x", priority: "low" }]);
  const { all } = urgent({}), before = await client.views.list();
  await client.views.preview({ view: { all, output: { columns: ["subject"] } } });  // of all that is answered it hands on the view
  const { rows } = (await client.tickets.post(["views", "preview"], { view: { all, output: { columns: ["subject"] } } })).result;
  assert.deepEqual(rows.map((each) => each.subject), ["a"]);
  assert.equal((await client.views.list()).length, before.length);
});

// Single records: create, read, update, delete.
import assert from "node:assert/strict";
import { scenario } from "../harness.mjs";

scenario("a record is created, read, updated and deleted", { facts: "§2.2 [C], §2.4 [T]" }, async ({ connection }) => {
  await connection.authorize({ grant_type: "client_credentials" });
  const created = await connection.sobject("Account").create({ Name: "Acme" });
  assert.equal(created.success, true);
  await connection.sobject("Account").update({ Id: created.id, Phone: "1" });
  const read = await connection.sobject("Account").retrieve(created.id);
  assert.equal(read.Phone, "1");
  await connection.sobject("Account").destroy(created.id);
  await assert.rejects(connection.sobject("Account").retrieve(created.id), { errorCode: "ENTITY_IS_DELETED" });
});

// What SOAP answers, held against the schemas that the client carries for it: the client itself fills in what is missing, and nobody would notice.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { scenario } from "../harness.mjs";

const require = createRequire(import.meta.url);
const { default: Soap, castTypeUsingSchema } = require("jsforce/lib/soap");
const { ApiSchemas } = require("jsforce/lib/api/soap/schema");
const { ApiSchemas: MetadataSchemas } = require("jsforce/lib/api/metadata/schema");

const list = (value) => (value === undefined || value === null ? [] : Array.isArray(value) ? value : [value]);

/** What an answer lacks of a schema, or has of another form: sentences, none when it fits. */
function lacking(schemas, value, schema, place) {
  const nil = value === null || value?.$?.["xsi:nil"] === "true";
  if (Array.isArray(schema)) return list(value).flatMap((each, at) => lacking(schemas, each, schema.at(-1), `${place}[${at}]`));
  if (typeof schema === "object") {
    const props = schema.props ?? schema["?"] ?? schema;
    return Object.entries(props).flatMap(([name, part]) => lacking(schemas, value?.[name], part, `${place}.${name}`));
  }
  const optional = schema.startsWith("?"), type = optional ? schema.slice(1) : schema;
  if (type === "sObject") return [];  // its members have a namespace of their own, which the schema does not know
  if (value === undefined || nil) return optional ? [] : [`${place} is missing`];
  if (type === "number" && !/^-?\d+(\.\d+)?$/.test(value)) return [`${place} is no number: ${value}`];
  if (type === "boolean" && value !== "true" && value !== "false") return [`${place} is neither true nor false: ${value}`];
  return schemas[type] ? lacking(schemas, value, schemas[type], place) : [];
}

/** Calls as the client's own API classes do, and compares what comes back before the client casts it. */
function caller(connection, door, xmlns, schemas) {
  const soap = new Soap(connection, { xmlns, endpointUrl: `${connection.instanceUrl}/services/Soap/${door}/60.0` });
  return async (method, message, type, many = false) => {
    const { result } = await soap.invoke(method, message, undefined, schemas);
    assert.ok(list(result).length > 0, `${method} answers nothing`);
    assert.deepEqual(list(result).flatMap((each) => lacking(schemas, each, type, type)), [], method);
    return many ? list(result) : castTypeUsingSchema(result, type, schemas);
  };
}

scenario("what SOAP answers has all that the client's schemas ask for", { facts: "§1.8 [J]" }, async ({ connection, standIn }) => {
  await connection.authorize({ grant_type: "client_credentials" });
  const call = caller(connection, "u", "urn:partner.soap.sforce.com", ApiSchemas);
  const who = await call("getUserInfo", {}, "GetUserInfoResult");
  await call("login", { username: who.userName, password: "lockstep-password" }, "LoginResult");
  await call("getServerTimestamp", {}, "GetServerTimestampResult");
  const contact = (LastName) => ({ type: "Contact", LastName });
  const [{ id: ann }, { id: anne }, failed] = await call("create", { sObjects: [contact("Ann"), contact("Anne"), { type: "Contact" }] }, "SaveResult", true);
  assert.equal(failed.success, "false");
  await call("create", { sObjects: [{ type: "Task", WhoId: anne }] }, "SaveResult");
  await call("update", { sObjects: [{ type: "Contact", Id: ann, Title: "x" }] }, "SaveResult");
  await call("upsert", { externalIDFieldName: "Lockstep_Id__c", sObjects: [{ ...contact("Bell"), Lockstep_Id__c: "1" }] }, "UpsertResult");
  const merged = await call("merge", { mergeRequests: [{ masterRecord: { type: "Contact", Id: ann }, recordToMergeIds: [anne] }] }, "MergeResult");
  assert.deepEqual([merged.mergedRecordIds, merged.updatedRelatedIds.length], [[anne], 1]);
  await call("query", { queryString: "SELECT Id, LastName FROM Contact" }, "QueryResult");
  await call("search", { searchString: "FIND {Ann} IN ALL FIELDS RETURNING Contact(Id)" }, "SearchResult");
  await call("delete", { ids: [ann] }, "DeleteResult");
  await call("undelete", { ids: [ann] }, "UndeleteResult");
  await call("delete", { ids: [ann] }, "DeleteResult");
  await call("emptyRecycleBin", { ids: [ann] }, "EmptyRecycleBinResult");
  const window = { sObjectType: "Contact", startDate: new Date(Date.now() - 3_600_000).toISOString(), endDate: new Date(Date.now() + 60_000).toISOString() };
  await standIn.control("clock", { advance: "90s" });
  await call("getUpdated", window, "GetUpdatedResult");
  assert.equal((await call("getDeleted", window, "GetDeletedResult")).deletedRecords.length, 2);
  await call("describeGlobal", {}, "DescribeGlobalResult");
  await call("describeSObjects", { sObjectType: ["Account", "Contact", "Case", "Task"] }, "DescribeSObjectResult", true);
  await call("describeTabs", {}, "DescribeTabSetResult");
  await call("resetPassword", { userId: who.userId }, "ResetPasswordResult");
});

scenario("what the Metadata API answers has all that the client's schemas ask for", { facts: "§1.8 [J], §2.8" }, async ({ connection }) => {
  await connection.authorize({ grant_type: "client_credentials" });
  const call = caller(connection, "m", "http://soap.sforce.com/2006/04/metadata", MetadataSchemas);
  await call("describeMetadata", { asOfVersion: "60.0" }, "DescribeMetadataResult");
  await call("listMetadata", { queries: [{ type: "CustomObject" }], asOfVersion: "60.0" }, "FileProperties", true);
});

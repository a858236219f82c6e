// Files in columns and notes, and the search endpoint.
import assert from "node:assert/strict";
import { scenario } from "../harness.mjs";

const account = (api, name = "Contoso") => api.create({ collection: "accounts", data: { name } });

scenario("a file goes into its column in chunks and comes back", { facts: "§6.1, §9.1 [M]" }, async ({ api }) => {
  const key = await account(api);
  const data = Buffer.from(Array.from({ length: 5_000_000 }, (_, i) => (i * 7) % 251));
  await api.uploadFile({ collection: "accounts", key, property: "lockstep_document", fileName: "plan.bin", data });
  const file = await api.downloadFile({ collection: "accounts", key, property: "lockstep_document" });
  assert.deepEqual([file.fileName, file.fileSize, Buffer.compare(file.data, data)], ["plan.bin", 5_000_000, 0]);
  const row = await api.retrieve({ collection: "accounts", key, select: ["lockstep_document_name"] });
  assert.equal(row.lockstep_document_name, "plan.bin");
  await api.deleteRecord({ collection: "accounts", key, property: "lockstep_document" });
  await assert.rejects(api.downloadFile({ collection: "accounts", key, property: "lockstep_document" }), { status: 404 });
});

scenario("a note takes its file in blocks", { facts: "§6.8" }, async ({ api }) => {
  const annotationid = await api.create({ collection: "annotations", data: { subject: "s" } });
  const action = (actionName, data) => api.callAction({ actionName, action: data });
  const Target = { "@odata.type": "Microsoft.Dynamics.CRM.annotation", annotationid, filename: "a.txt", mimetype: "text/plain" };
  const { FileContinuationToken } = await action("InitializeAnnotationBlocksUpload", { Target });
  for (const [BlockId, text] of [["b", "world"], ["a", "hello "]]) await action("UploadBlock", { BlockId, BlockData: Buffer.from(text).toString("base64"), FileContinuationToken });
  const done = await action("CommitAnnotationBlocksUpload", { Target, BlockList: ["a", "b"], FileContinuationToken });
  assert.deepEqual([done.AnnotationId, done.FileSizeInBytes], [annotationid, 11]);
  const begun = await action("InitializeAnnotationBlocksDownload", { Target });
  const { Data } = await action("DownloadBlock", { Offset: 0, BlockLength: begun.FileSizeInBytes, FileContinuationToken: begun.FileContinuationToken });
  assert.deepEqual([begun.FileName, Buffer.from(Data, "base64").toString()], ["a.txt", "hello world"]);
});

for (const version of ["1.0", "2.0"]) {
  scenario(`search finds, suggests and completes (${version})`, { facts: "§4.4" }, async ({ client, standIn }) => {
    const api = client({ searchApi: { version, options: { enableResponseCompatibility: true } } });
    const whale = await account(api, "Blue Whale");
    await account(api, "Whaley");
    const later = () => standIn.control("clock", { advance: "2s" });
    const found = await api.query({ query: { search: "whale", entities: ["account"], returnTotalRecordCount: true } });
    const rows = version === "1.0" ? found.value : found.response.Value;
    assert.deepEqual(rows.map((row) => row["@search.objectid"] ?? row.Id), [whale]);
    assert.equal(version === "1.0" ? found.totalrecordcount : found.response.Count, 1);
    await later();
    const suggested = await api.suggest("wha");
    assert.deepEqual((version === "1.0" ? suggested.value : suggested.response.Value).map((each) => each.text ?? each.Text), ["Blue {crmhit}Wha{/crmhit}le", "{crmhit}Wha{/crmhit}ley"]);
    await later();
    const completed = await api.autocomplete("wha");
    assert.equal(version === "1.0" ? completed.value : completed.response.Value, "{crmhit}whale{/crmhit}");
    await assert.rejects(api.autocomplete("wha"), { status: 429 });
  });
}

// Signing in, the account, its owners, pipelines, properties and quotas.
import assert from "node:assert/strict";
import { scenario } from "../harness.mjs";
import { kOAuth } from "./client.mjs";
import { refused } from "./older_calls.mjs";

scenario("a code and a refresh token give tokens, of which the client tells what they are good for", { facts: "§1.1 [D]" }, async ({ standIn, open, app }) => {
  const client = open(app);
  const address = new URL(client.oauth.getAuthorizationUrl({ client_id: kOAuth.id, redirect_uri: kOAuth.redirect, scope: "oauth crm.objects.contacts.read" }));
  const consent = await fetch(`${standIn.url}${address.pathname}${address.search}`, { redirect: "manual" });
  const code = new URL(consent.headers.get("location")).searchParams.get("code");
  const first = await client.oauth.getAccessToken({ code });
  assert.equal(first.expires_in, 1800);
  client.setAccessToken(first.access_token);
  assert.deepEqual((await client.contacts.get()).contacts, []);
  assert.deepEqual((await client.oauth.getPortalInfo()).scopes, ["oauth", "crm.objects.contacts.read"]);
  assert.equal((await refused(client.companies.get(), 403)).category, "MISSING_SCOPES");
  const renewed = await open(app).refreshAccessToken();
  await refused(open(app).refreshAccessToken(), 400);  // each renewal gives another, which this client leaves to its caller
  assert.ok((await open({ ...app, refreshToken: renewed.refresh_token }).refreshAccessToken()).access_token);
});

scenario("an expired token is refused until the client has a new one; a key of the account is none any more", { facts: "§1.4 [U], §0.2 [D] switch: expired_as_invalid" }, async ({ open, app, later }) => {
  const client = open(app);
  const { refresh_token: refreshToken } = await client.refreshAccessToken();
  await client.contacts.get();
  await later("1800s");
  assert.equal((await refused(client.contacts.get(), 401)).category, "EXPIRED_AUTHENTICATION");
  const again = open({ ...app, refreshToken });
  await again.refreshAccessToken();
  assert.deepEqual((await again.contacts.get()).contacts, []);
  assert.equal((await refused(open({ apiKey: "demo", checkLimit: false }).contacts.get(), 401)).category, "INVALID_AUTHENTICATION");
});

scenario("the account, its quota, owners and pipelines", { facts: "§1.2 [S], §4.1 [D2], §2.9 [S]" }, async ({ client, standIn }) => {
  assert.equal((await client.integrations.getAccountDetails()).portalId, 4242001);
  await client.contacts.get();
  const limit = await client.getApiLimit();
  assert.equal(limit.usageLimit, 250000);
  assert.ok(limit.currentUsage >= 2);
  const asked = (await standIn.control("counts")).calls;
  await client.getApiLimit();
  assert.deepEqual((await standIn.control("counts")).calls, asked, "what was told less than five minutes ago is not asked for again");
  const owners = await client.owners.get({ email: "bob@portal.example" });
  assert.deepEqual(owners.map((each) => each.ownerId), [70002]);
  assert.equal((await client.owners.getById(70002)).email, "bob@portal.example");
  await refused(client.owners.getById(1), 404);
  assert.equal((await client.pipelines.get())[0].pipelineId, "default");
  assert.equal((await client.pipelines.getById("default")).stages[1].stageId, "qualifiedtobuy");
});

for (const kind of ["contacts", "companies"]) {
  scenario(`${kind}: properties and their groups are made and changed`, { facts: "§2.8 [D]" }, async ({ client }) => {
    const own = client[kind].properties, group = kind === "contacts" ? "contactinformation" : "companyinformation";
    const size = { name: "shoe_size", label: "Shoe size", groupName: group, type: "number", fieldType: "number" };
    assert.equal((await own.create(size)).label, "Shoe size");
    await refused(own.create(size), 409);
    assert.equal((await own.upsert({ ...size, label: "Size" })).label, "Size");
    assert.equal((await own.getByName("shoe_size")).label, "Size");
    assert.ok((await own.get()).some((each) => each.name === "shoe_size"));
    const made = { name: "ours", displayName: "Ours" }, changed = { name: "ours", displayName: "Theirs" };
    assert.equal((await (own.groups ? own.groups.create(made) : own.createGroup(made))).displayName, "Ours");
    assert.equal((await (own.groups ? own.groups.upsert(changed) : own.updateGroup("ours", changed))).displayName, "Theirs");
  });
}

scenario("what the stand-in does not serve is told so, and never as missing", { facts: "§2.1 [D]" }, async ({ client }) => {
  for (const call of [() => client.lists.get(), () => client.forms.getAll(), () => client.workflows.getAll(), () => client.contacts.getByToken("t")])
    assert.match((await refused(call(), 501)).message, /^Not served by this stand-in: GET /);
});

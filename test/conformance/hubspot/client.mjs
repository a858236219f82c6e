// One HubSpot client of npm, unmodified, and the account it talks to. Every answer that it takes is compared with the model that it carries for it.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { judge, scenario } from "../harness.mjs";

const require = createRequire(import.meta.url);
export const kServiceKey = "pat-na1-00000000-0000-4000-8000-000000000001";
export const kOAuth = { id: "lockstep-client", secret: "lockstep-secret", refresh: "lockstep-refresh-token", redirect: "http://127.0.0.1/callback" };

// What answers may hold though the models do not know it, and where that is known from.
const kBeyondModels = {
  "AssociationSpecWithLabel.label": "null for the unlabelled type: §2.12 [D]",
  "SimplePublicUpsertObject.properties.*": "null for what is not set: §2.3 [D]",
  "TokenResponseIF.hub_id": "§1.1 [S]",
  "TokenResponseIF.scopes": "§1.1 [S]",
  "TokenResponseIF.token_use": "§1.1 [S]",
  "Property.dataSensitivity": "§2.8 [S]",
  "PublicImportError.createdAt": "milliseconds do not fit into the int32 of the specification",
  "PublicOwner.userId": "null for who is archived: §2.9 [D]",
  "ModelError.status": "§4.5 [D]",
  "ModelError.error": "of the token endpoint: §1.1 [D]",
  "ModelError.error_description": "of the token endpoint: §1.1 [D]",
  "ModelError.errorType": "§4.3 [O]",
  "ModelError.policyName": "§4.3 [O]",
  "ModelError.requestId": "§4.3 [O]",
};

const kFormats = {
  "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/,
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
};

/** What `data` has against the model `type`: sentences, none when it fits. */
export function deviations(models, data, type, format, place) {
  if (data === undefined || type === "any") return [];
  if (type.endsWith(" | null")) return data === null ? [] : deviations(models, data, type.slice(0, -7), format, place);
  if (data === null) return place in kBeyondModels ? [] : [`${place} is null`];
  const list = /^Array<(.*)>$/.exec(type), map = /^\{ \[key: string\]: (.*); \}$/.exec(type);
  if (list) return Array.isArray(data) ? data.flatMap((each) => deviations(models, each, list[1], format, place)) : [`${place} is no array`];
  if (map) return typeof data === "object" ? Object.values(data).flatMap((each) => deviations(models, each, map[1], format, `${place}.*`)) : [`${place} is no object`];
  if (type === "Date") return typeof data === "string" && kFormats["date-time"].test(data) ? [] : [`${place} is no instant: ${JSON.stringify(data)}`];
  if (["string", "number", "boolean"].includes(type)) {
    if (typeof data !== type) return [`${place} is ${typeof data}, not ${type}`];
    const most = format === "int32" ? 2 ** 31 - 1 : Number.MAX_SAFE_INTEGER;
    if (type === "number" && format && (!Number.isInteger(data) || Math.abs(data) > most) && !(place in kBeyondModels)) return [`${place} is no ${format}: ${data}`];
    if (type === "string" && kFormats[format] && !kFormats[format].test(data)) return [`${place} is no ${format}: ${data}`];
    return [];
  }
  if (type === "Error" && typeof data === "string") return [];  // a page of the edge: §4.4 [D]
  if (type === "Error") return deviations(models, data, "ModelError", format, place);  // the client's own name for it differs
  const model = models[type];
  if (!model?.getAttributeTypeMap) return typeof data === "string" ? [] : [`${place} is no ${type}`];  // an enumeration
  const known = new Map(model.getAttributeTypeMap().map((each) => [each.baseName, each]));
  return Object.entries(data).flatMap(([name, value]) => {
    const attribute = known.get(name), inside = `${type}.${name}`;
    if (!attribute) return inside in kBeyondModels ? [] : [`${type} knows no ${name}`];
    return deviations(models, value, attribute.type, attribute.format, inside);
  });
}

let found = [], checked = 0;

/** From here on the package's deserializers tell us what they are given; they themselves stay as they are. */
function watch(packageName) {
  const root = join(dirname(require.resolve(packageName)), "codegen");
  for (const entry of readdirSync(root, { recursive: true })) {
    if (!entry.endsWith(join("models", "ObjectSerializer.js"))) continue;
    const { ObjectSerializer } = require(join(root, entry));
    const models = require(join(root, dirname(entry), "all.js"));
    const original = ObjectSerializer.deserialize;
    let depth = 0;
    ObjectSerializer.deserialize = function (data, type, format) {
      if (depth === 0) {
        ++checked;
        found.push(...deviations(models, data, type, format, type));
      }
      ++depth;
      try {
        return original.call(ObjectSerializer, data, type, format);
      } finally {
        --depth;
      }
    };
  }
}

// The same calls by the dated paths (§0.1): the client's own middleware rewrites them, its code knows the numbered ones alone.
const kDated = [
  [/^\/crm\/v[34]\/(objects|properties|pipelines|owners|imports|exports)\b/, "/crm/$1/2026-03"],
  [/^\/crm\/(v4\/associations|associations\/v4)\b/, "/crm/associations/2026-03"],
  [/^\/crm-object-schemas\/v3\b/, "/crm-object-schemas/2026-03"],
  [/^\/oauth\/v1\/token$/, "/oauth/2026-03/token"],
  [/^\/webhooks\/v3\b/, "/app-webhooks/2026-09"],
];
const dated = {
  pre(context) {
    const url = new URL(context.getUrl());
    for (const [numbered, path] of kDated) url.pathname = url.pathname.replace(numbered, path);
    context.setUrl(url.toString());
    return context;
  },
};

/** A scenario after which no answer may have strayed from its model; and once more by the dated paths, unless `numbered`. */
export function claim(name, options, run) {
  register(name, options, run);
  if (!options.numbered) register(`${name} (dated paths)`, { ...options, facts: `${options.facts}, §0.1 [S]` }, (context) => {
    const open = (more) => context.open({ middleware: [dated], ...more });
    return run({ ...context, open, client: open() });
  });
}

function register(name, options, run) {
  scenario(name, options, async (context) => {
    found = [];
    checked = 0;
    await run(context);
    assert.ok(!found.length, `answers stray from the client's models: ${[...new Set(found)].join("; ")}`);
    assert.ok(checked > 0 || options.untyped, "no answer was compared with a model");
  });
}

/** What an answer says of a record beside when it was made and changed, and which one it is: these come with whatever is asked for (§2.3 [D]). */
export function asked({ createdate, hs_createdate, lastmodifieddate, hs_lastmodifieddate, hs_object_id, ...properties }) {
  assert.ok((createdate ?? hs_createdate) && (lastmodifieddate ?? hs_lastmodifieddate) && hs_object_id);
  return properties;
}

/** The rejection's code and body, as all clients of this family throw them. */
export async function refused(promise, code) {
  let answer;
  try {
    answer = await promise;
  } catch (error) {
    assert.equal(error.code, code, String(error?.message ?? error));
    return error.body;
  }
  assert.fail(`expected ${code}, but there was an answer: ${JSON.stringify(answer)}`);
}

export async function judgeHubSpot(name, packageName) {
  watch(packageName);
  const hubspot = require(packageName);
  await judge(name, "hubspot", async (standIn) => {
    const open = (options = {}) => new hubspot.Client({ basePath: standIn.url, accessToken: kServiceKey, ...options });
    const later = (by = "5s") => standIn.control("clock", { advance: by });
    return { standIn, hubspot, open, later, client: open() };
  });
}

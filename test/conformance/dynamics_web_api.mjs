// Judges the Dataverse stand-in with dynamics-web-api (https://github.com/AleksandrRogov/DynamicsWebApi).
import { DynamicsWebApi } from "dynamics-web-api";
import { judge } from "./harness.mjs";
import "./dynamics365/records.mjs";
import "./dynamics365/conditions.mjs";
import "./dynamics365/queries.mjs";
import "./dynamics365/links.mjs";
import "./dynamics365/fetches.mjs";
import "./dynamics365/actions.mjs";
import "./dynamics365/batches.mjs";
import "./dynamics365/changes.mjs";
import "./dynamics365/metadata.mjs";
import "./dynamics365/door.mjs";
import "./dynamics365/hooks.mjs";
import "./dynamics365/files.mjs";

const TENANT = "contoso.onmicrosoft.com";

/** A token as a service gets one: grant of client credentials, scope of the organisation. */
export async function requestToken(url, fields = {}, path = `${TENANT}/oauth2/v2.0/token`) {
  const form = new URLSearchParams({ grant_type: "client_credentials", client_id: "lockstep-client", client_secret: "lockstep-secret", scope: `${url}/.default`, ...fields });
  const response = await fetch(`${url}/${path}`, { method: "POST", body: form });
  return { status: response.status, body: await response.json() };
}

await judge("dynamics-web-api", "dynamics365", async (standIn) => {
  let token = null;
  let renewals = 0;
  const signIn = async () => {
    const { status, body } = await requestToken(standIn.url);
    if (status !== 200) throw new Error(`no token: ${status} ${JSON.stringify(body)}`);
    ++renewals;
    token = { accessToken: body.access_token, expires: Date.now() + body.expires_in * 1000 };
    return token;
  };
  const client = (config = {}) => new DynamicsWebApi({ serverUrl: standIn.url, onTokenRefresh: async () => token ?? signIn(), ...config });
  return { standIn, api: client(), client, signIn, requestToken, forget: () => { token = null; }, renewals: () => renewals };
});

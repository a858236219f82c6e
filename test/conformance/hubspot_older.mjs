// Judges versions 1 and 2 of the HubSpot stand-in with `hubspot` (https://github.com/MadKudu/node-hubspot), which knows no later ones.
import Hubspot from "hubspot";
import { judge } from "./harness.mjs";
import { kOAuth, kServiceKey } from "./hubspot/client.mjs";
import "./hubspot/older_account.mjs";
import "./hubspot/older_contacts.mjs";
import "./hubspot/older_engagements.mjs";
import "./hubspot/older_records.mjs";

await judge("hubspot_older", "hubspot", async (standIn) => {
  const open = (options) => new Hubspot({ baseUrl: standIn.url, limiter: { minTime: 0 }, ...options });
  const app = { clientId: kOAuth.id, clientSecret: kOAuth.secret, redirectUri: kOAuth.redirect, refreshToken: kOAuth.refresh };
  const later = (by) => standIn.control("clock", { advance: by });
  return { standIn, open, app, later, client: open({ accessToken: kServiceKey }) };
});

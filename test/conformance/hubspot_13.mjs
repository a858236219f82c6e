// Judges the HubSpot stand-in with @hubspot/api-client 13 (https://github.com/HubSpot/hubspot-api-nodejs).
import { judgeHubSpot } from "./hubspot/client.mjs";
import "./hubspot/all.mjs";

await judgeHubSpot("hubspot_13", "hubspot-13");

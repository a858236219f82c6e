// Judges the Salesforce stand-in with jsforce (https://jsforce.github.io).
import jsforce from "jsforce";
import { judge } from "./harness.mjs";
import "./salesforce/bulk.mjs";
import "./salesforce/bulk1.mjs";
import "./salesforce/composite.mjs";
import "./salesforce/discovery.mjs";
import "./salesforce/faults.mjs";
import "./salesforce/queries.mjs";
import "./salesforce/records.mjs";
import "./salesforce/session.mjs";
import "./salesforce/shortcuts.mjs";
import "./salesforce/soap.mjs";
import "./salesforce/streaming.mjs";
import "./salesforce/workflow.mjs";

await judge("jsforce", "salesforce", async (standIn) => {
  const oauth2 = new jsforce.OAuth2({ loginUrl: standIn.url, clientId: "lockstep-client", clientSecret: "lockstep-secret", redirectUri: `${standIn.url}/callback` });
  const connection = new jsforce.Connection({ oauth2, instanceUrl: standIn.url, version: "60.0" });
  return { standIn, connection, oauth2, jsforce };
});

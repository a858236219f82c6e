// The object types as the client offers them: each through a module of its own, and all through the generic one.
const when = "2026-05-01T09:00:00Z";

export const kKinds = [
  { name: "contacts", module: (client) => client.crm.contacts, fields: (n) => ({ email: `c${n}@x.example`, firstname: `Name${n}` }), change: { jobtitle: "Buyer" }, text: "firstname", bad: { email: "nonsense" } },
  { name: "companies", module: (client) => client.crm.companies, fields: (n) => ({ name: `Name${n}` }), change: { city: "Berlin" }, text: "name", bad: { name: "A", industry: "nonsense" } },
  { name: "tickets", module: (client) => client.crm.tickets, fields: (n) => ({ subject: `Name${n}`, hs_pipeline_stage: "1" }), change: { hs_ticket_priority: "HIGH" }, text: "subject", bad: { subject: "A", hs_pipeline_stage: "nonsense" } },
  { name: "deals", module: (client) => client.crm.deals, fields: (n) => ({ dealname: `Name${n}`, dealstage: "qualifiedtobuy" }), change: { amount: "12.5" }, text: "dealname", bad: { dealname: "A", dealstage: "nonsense" } },
  { name: "notes", module: (client) => client.crm.objects.notes, fields: (n) => ({ hs_timestamp: when, hs_note_body: `Name${n}` }), change: { hubspot_owner_id: "70001" }, text: "hs_note_body", bad: { hs_note_body: "no time" } },
  { name: "calls", module: (client) => client.crm.objects.calls, fields: (n) => ({ hs_timestamp: when, hs_call_title: `Name${n}` }), change: { hs_call_direction: "INBOUND" }, text: "hs_call_title", bad: { hs_timestamp: when, hs_call_status: "nonsense" } },
  { name: "emails", module: (client) => client.crm.objects.emails, fields: (n) => ({ hs_timestamp: when, hs_email_direction: "EMAIL", hs_email_subject: `Name${n}` }), change: { hs_email_status: "SENT" }, text: "hs_email_subject", bad: { hs_timestamp: when, hs_email_direction: "nonsense" }, gone: true },
  { name: "meetings", module: (client) => client.crm.objects.meetings, fields: (n) => ({ hs_timestamp: when, hs_meeting_title: `Name${n}` }), change: { hs_meeting_outcome: "COMPLETED" }, text: "hs_meeting_title", bad: { hs_timestamp: when, hs_meeting_outcome: "nonsense" } },
  { name: "tasks", module: (client) => client.crm.objects.tasks, fields: (n) => ({ hs_timestamp: when, hs_task_subject: `Name${n}` }), change: { hs_task_status: "WAITING" }, text: "hs_task_subject", bad: { hs_timestamp: when, hs_task_status: "nonsense" } },
  { name: "communications", module: (client) => client.crm.objects.communications, fields: (n) => ({ hs_timestamp: when, hs_communication_channel_type: "SMS", hs_communication_body: `Name${n}` }), change: { hubspot_owner_id: "70001" }, text: "hs_communication_body", bad: { hs_timestamp: when, hs_communication_channel_type: "nonsense" } },
  { name: "products", module: (client) => client.crm.products, fields: (n) => ({ name: `Name${n}` }), change: { price: "12.5" }, text: "name", bad: { name: "A", price: "nonsense" } },
  { name: "line items", type: "line_items", module: (client) => client.crm.lineItems, fields: (n) => ({ name: `Name${n}`, quantity: "1" }), change: { price: "12.5" }, text: "name", bad: { name: "A", quantity: "nonsense" } },
  { name: "companies by type id", type: "0-2", module: generic("0-2"), fields: (n) => ({ name: `Name${n}` }), change: { city: "Berlin" }, text: "name", bad: { name: "A", industry: "nonsense" } },
].map((kind) => ({ type: kind.name, ...kind }));

/** All records: by the module's own getAll, which the large modules offer, or page by page. */
export async function everything(module, limit, properties, archived = false) {
  if (module.getAll) return module.getAll(limit, undefined, properties, undefined, undefined, archived);
  const all = [];
  let after;
  do {
    const page = await module.basicApi.getPage(limit, after, properties, undefined, undefined, archived);
    all.push(...page.results);
    after = page.paging?.next?.after;
  } while (after);
  return all;
}

/** The generic module with the type already given. */
function generic(type) {
  const bound = (api) => new Proxy(api, { get: (target, name) => (...rest) => target[name](type, ...rest) });
  return (client) => ({
    basicApi: bound(client.crm.objects.basicApi),
    batchApi: bound(client.crm.objects.batchApi),
    searchApi: bound(client.crm.objects.searchApi),
  });
}

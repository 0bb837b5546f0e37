// The page's session at its host: a cookie that the page itself cannot read stands for it.
const place = 'api/v1/session';

async function ask(options) {
  const answer = await fetch(place, options);
  const body = answer.headers.get('Content-Type')?.includes('json') ? await answer.json() : {};
  if (!answer.ok) throw new Error(body.detail ?? `The server answered ${answer.status}.`);
  return body;
}

export const log_in = (token) => ask({method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({token})});

// The header is what another site's page could not send.
export async function log_out() {
  const {csrfToken} = await ask({});
  await ask({method: 'DELETE', headers: {'X-CSRF-Token': csrfToken}});
}

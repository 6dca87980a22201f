import { createElement as h, useMemo, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import 'graphiql/style.css';
import './page.css';

// Each worker is a file of its own beside this one: nothing is loaded from elsewhere, and no script stands in the page.
globalThis.MonacoEnvironment = {
  getWorker(_id, label) {
    const name = label === 'json' || label === 'graphql' ? label : 'editor';
    return new Worker(`/graphiql/${name}.worker.js`);
  },
};

const FIRST_QUERY = `# Put your access token in the box above, then press the button to run this.
{
  connectors {
    id
    name
    status
  }
}
`;

// Without this, "Authorization" of the header editor and "authorization" of the box would be sent as two values of one header.
function fetchWithOneOfEachHeader(url, request) {
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]));
  return fetch(url, { ...request, headers });
}

/** The token lives in this page's memory only: closing it forgets the token. */
function Page() {
  const [typed, setTyped] = useState('');
  const [token, setToken] = useState('');
  const fetcher = useMemo(
    () => createGraphiQLFetcher({ url: '/graphql', headers: token === '' ? {} : { authorization: `Bearer ${token}` }, fetch: fetchWithOneOfEachHeader }),
    [token],
  );
  const use = (event) => {
    event.preventDefault();
    setToken(typed.trim().replace(/^Bearer\s+/i, ''));
  };
  return h(
    'div',
    { className: 'page' },
    h(
      'form',
      { className: 'token', onSubmit: use },
      h('label', { htmlFor: 'token' }, 'Access token'),
      h('input', { id: 'token', type: 'password', autoComplete: 'off', spellCheck: false, value: typed, onChange: (event) => setTyped(event.target.value) }),
      h('button', { type: 'submit' }, token === '' ? 'Use' : 'Use another'),
      h(
        'span',
        { className: 'hint' },
        token === '' ? 'It is in data/access.json; or make one: ' : 'Kept in this page only. A header "authorization" below goes before it.',
        token === '' ? h('code', null, 'npm run token -- issue --role reader --subject me') : null,
      ),
    ),
    // A new key: the schema is read again with the new token.
    h(GraphiQL, { key: token, fetcher, defaultQuery: FIRST_QUERY, defaultEditorToolsVisibility: 'headers', isHeadersEditorEnabled: true, shouldPersistHeaders: false, showPersistHeadersSettings: false }),
  );
}

createRoot(document.getElementById('graphiql')).render(h(Page));

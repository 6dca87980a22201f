import { fileURLToPath } from 'node:url';

/** The composed schema, checked in; `npm run generate` writes it. Copied beside the compiled gateway by the build. */
export const SUPERGRAPH_FILE = fileURLToPath(new URL('../supergraph.graphql', import.meta.url));

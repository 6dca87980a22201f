import type { Control, Provider } from '#libs/providers';

/** A control and the app that it is about. */
export interface CataloguedControl extends Control {
  readonly app: string;
}

/** Every control of every app that can be connected: data of the providers, the same for all tenants. */
export class ControlCatalogue {
  readonly all: readonly CataloguedControl[];
  private readonly byId: ReadonlyMap<string, CataloguedControl>;

  constructor(
    providers: readonly { readonly manifest: Pick<Provider['manifest'], 'key'>; readonly controls: readonly Control[] }[],
    /** Changes with any change of any control; a connector judged under another one is judged anew. */
    readonly version: string,
  ) {
    this.all = providers.flatMap(({ manifest, controls }) => controls.map((control) => ({ ...control, app: manifest.key })));
    this.byId = new Map(this.all.map((control) => [control.id, control]));
  }

  find(id: string): CataloguedControl | undefined {
    return this.byId.get(id);
  }

  ofApp(app: string): readonly CataloguedControl[] {
    return this.all.filter((control) => control.app === app);
  }

  get ids(): readonly string[] {
    return [...this.byId.keys()];
  }
}

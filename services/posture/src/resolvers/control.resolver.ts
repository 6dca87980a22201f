import { Args, Parent, Query, ResolveField, ResolveReference, Resolver } from '@nestjs/graphql';

import { ControlCatalogue, type CataloguedControl } from '../domain/control-catalogue.js';
import { reference } from './views.js';

@Resolver('Control')
export class ControlResolver {
  constructor(private readonly catalogue: ControlCatalogue) {}

  @Query()
  controls(@Args('app') app?: string | null) {
    return app === null || app === undefined ? this.catalogue.all : this.catalogue.ofApp(app);
  }

  @Query()
  control(@Args('id') id: string) {
    return this.catalogue.find(id) ?? null;
  }

  @ResolveReference()
  async reference({ id }: { id: string }) {
    return this.catalogue.find(id) ?? null;
  }

  @ResolveField()
  app(@Parent() control: CataloguedControl) {
    return reference('App', control.app);
  }

  @ResolveField()
  category(@Parent() control: CataloguedControl) {
    return control.category.toUpperCase();
  }

  @ResolveField()
  remediation(@Parent() control: CataloguedControl) {
    return control.remediation.map((step, index) => `${index + 1}. ${step}`).join('\n');
  }

  @ResolveField()
  impact(@Parent() control: CataloguedControl) {
    return control.impact.toUpperCase();
  }

  @ResolveField()
  hasPartialCredit(@Parent() control: CataloguedControl) {
    return control.scoring === 'ratio';
  }

  @ResolveField()
  operation(@Parent() control: CataloguedControl) {
    return control.evidence.operation;
  }

  @ResolveField()
  expected(@Parent() control: CataloguedControl) {
    return control.evidence.expected;
  }
}

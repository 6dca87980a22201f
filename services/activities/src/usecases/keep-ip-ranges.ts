import { Injectable } from '@nestjs/common';
import type { Principal } from '#libs/contracts';
import { Clock, DomainError, newId, type TenantId } from '#libs/kernel';
import { toProblem, type Problem } from '#libs/platform';

import { checkIpRange, IpRangeNotFound, type IpRange, type IpRangeCategory } from '../domain/ip-range.js';
import { IpRangeStore } from '../domain/ip-range-store.js';

export interface IpRangeInput {
  readonly id?: string | null;
  readonly name: string;
  readonly cidrs: readonly string[];
  readonly category: IpRangeCategory;
  readonly tags?: readonly string[] | null;
  readonly country?: string | null;
  readonly city?: string | null;
  readonly latitude?: number | null;
  readonly longitude?: number | null;
}

/** The operator's networks: read, made, changed, deleted. Activities stored before keep what was known then. */
@Injectable()
export class KeepIpRanges {
  constructor(
    private readonly ranges: IpRangeStore,
    private readonly clock: Clock,
  ) {}

  async all(tenant: TenantId): Promise<readonly IpRange[]> {
    return this.ranges.all(tenant);
  }

  async save(
    { tenant, subject }: Principal,
    input: IpRangeInput,
  ): Promise<{ readonly ipRange: IpRange | null; readonly problems: readonly Problem[] }> {
    const now = this.clock.now();
    try {
      const ipRange = await this.ranges.save(tenant, (others) => {
        if (input.id && !others.some(({ id }) => id === input.id)) throw new IpRangeNotFound(input.id);
        const range = toRange(input, input.id ?? newId('rng', now), now.getTime(), subject);
        checkIpRange(range, others);
        return range;
      });
      return { ipRange, problems: [] };
    } catch (error) {
      if (error instanceof DomainError && error.code.startsWith('IP_RANGE_')) return { ipRange: null, problems: [toProblem(error)] };
      throw error;
    }
  }

  async delete(tenant: TenantId, id: string): Promise<{ readonly deletedId: string | null; readonly problems: readonly Problem[] }> {
    if (await this.ranges.delete(tenant, id)) return { deletedId: id, problems: [] };
    return { deletedId: null, problems: [toProblem(new IpRangeNotFound(id))] };
  }
}

function toRange(input: IpRangeInput, id: string, updatedAt: number, updatedBy: string): IpRange {
  const { category, cidrs, country, city, latitude, longitude } = input;
  return {
    ...{ id, category, cidrs, updatedAt, updatedBy },
    name: input.name.trim(),
    tags: (input.tags ?? []).map((tag) => tag.trim()),
    country: country ?? null,
    city: city?.trim() ? city.trim() : null,
    latitude: latitude ?? null,
    longitude: longitude ?? null,
  };
}

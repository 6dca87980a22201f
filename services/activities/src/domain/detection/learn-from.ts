import type { Activity } from '../activity.js';
import { isAdminGrant } from './admin-grant.js';
import { isPlaced, learn, learnGrant, type Profile } from './profile.js';

/** The actor's profile with one more activity; the same object when it taught nothing, undefined when nothing is known of the actor yet. */
export function learnFrom(profile: Profile | undefined, activity: Activity): Profile | undefined {
  const placed = isPlaced(activity) ? learn(profile, activity) : profile;
  return isAdminGrant(activity) ? learnGrant(placed, activity.occurredAt) : placed;
}

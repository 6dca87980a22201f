import type { SignInFailure } from '#libs/contracts';

import type { CategoryRow } from '../sdk/index.js';

const IAM = 'iam.amazonaws.com';
const STS = 'sts.amazonaws.com';
const SIGN_IN = 'signin.amazonaws.com';
const S3 = 's3.amazonaws.com';
const EC2 = 'ec2.amazonaws.com';

/** What the events of CloudTrail mean, by service and name. The same name in another service is judged by the rules on its words. */
export const EVENTS: readonly CategoryRow[] = [
  row('SIGN_IN', 3002, 1, SIGN_IN, 'ConsoleLogin'),
  row('SIGN_IN', 3002, 7, SIGN_IN, 'SwitchRole'),
  row('SIGN_IN', 3003, 3, STS, 'AssumeRole', 'AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity', 'GetFederationToken'),
  row('SIGN_IN', 3002, 6, STS, 'GetSessionToken'),
  row('SIGN_IN', 3002, 6, SIGN_IN, 'UserAuthentication', 'CredentialVerification'),
  row('SIGN_IN', 3002, 6, 'sso.amazonaws.com', 'UserAuthentication', 'CredentialVerification'),

  row('CREDENTIAL', 3007, 9, SIGN_IN, 'PasswordRecoveryRequested'),
  row('CREDENTIAL', 3007, 8, IAM, 'ChangePassword'),
  row('CREDENTIAL', 3007, 9, IAM, 'CreateLoginProfile', 'UpdateLoginProfile'),
  row('CREDENTIAL', 3007, 2, IAM, 'DeleteLoginProfile'),
  row('CREDENTIAL', 3007, 12, IAM, 'EnableMFADevice', 'CreateVirtualMFADevice'),
  row('CREDENTIAL', 3007, 13, IAM, 'DeactivateMFADevice', 'DeleteVirtualMFADevice'),

  row('USER', 3007, 1, IAM, 'CreateUser'),
  row('USER', 3007, 2, IAM, 'UpdateUser'),
  row('USER', 3007, 3, IAM, 'DeleteUser'),
  row('GROUP', 3006, 3, IAM, 'AddUserToGroup'),
  row('GROUP', 3006, 4, IAM, 'RemoveUserFromGroup'),

  row('PRIVILEGE', 3007, 10, IAM, 'AttachUserPolicy', 'PutUserPolicy'),
  row('PRIVILEGE', 3007, 11, IAM, 'DetachUserPolicy', 'DeleteUserPolicy'),
  row('PRIVILEGE', 3006, 10, IAM, 'AttachGroupPolicy', 'PutGroupPolicy'),
  row('PRIVILEGE', 3006, 11, IAM, 'DetachGroupPolicy', 'DeleteGroupPolicy'),
  row('PRIVILEGE', 3008, 1, IAM, 'CreateRole'),
  row('PRIVILEGE', 3008, 3, IAM, 'DeleteRole'),
  row('PRIVILEGE', 3008, 2, IAM, 'UpdateAssumeRolePolicy'),
  row('PRIVILEGE', 3008, 8, IAM, 'AttachRolePolicy', 'PutRolePolicy'),
  row('PRIVILEGE', 3004, 1, IAM, 'CreatePolicy'),
  row('PRIVILEGE', 3004, 3, IAM, 'CreatePolicyVersion', 'SetDefaultPolicyVersion'),

  row('APP_GRANT', 3007, 18, IAM, 'CreateAccessKey', 'CreateServiceSpecificCredential', 'UploadSSHPublicKey'),
  row('APP_GRANT', 3007, 19, IAM, 'UpdateAccessKey', 'DeleteAccessKey'),
  row('APP_GRANT', 3008, 1, IAM, 'CreateServiceLinkedRole'),
  row('APP_GRANT', 3007, 18, 'sso.amazonaws.com', 'CreateToken'),
  row('DATA', 6005, 1, 'secretsmanager.amazonaws.com', 'GetSecretValue'),

  row('ADMIN', 3004, 1, IAM, 'CreateSAMLProvider', 'CreateOpenIDConnectProvider'),
  row('ADMIN', 3004, 3, IAM, 'UpdateSAMLProvider', 'UpdateAccountPasswordPolicy'),
  row('ADMIN', 3004, 4, IAM, 'DeleteAccountPasswordPolicy'),
  row('ADMIN', 6003, 3, 'cloudtrail.amazonaws.com', 'StopLogging', 'UpdateTrail', 'PutEventSelectors'),
  row('ADMIN', 6003, 4, 'cloudtrail.amazonaws.com', 'DeleteTrail'),
  row('ADMIN', 6003, 3, 'config.amazonaws.com', 'StopConfigurationRecorder'),
  row('ADMIN', 6003, 4, 'guardduty.amazonaws.com', 'DeleteDetector'),
  row('ADMIN', 6003, 4, 'securityhub.amazonaws.com', 'DisableSecurityHub'),
  row('ADMIN', 6003, 3, 'organizations.amazonaws.com', 'LeaveOrganization'),

  row('RESOURCE', 6003, 3, 'kms.amazonaws.com', 'DisableKey', 'ScheduleKeyDeletion'),
  row('RESOURCE', 6003, 3, EC2, 'AuthorizeSecurityGroupIngress'),

  row('SHARING', 6003, 3, S3, 'PutBucketPolicy', 'DeleteBucketPolicy', 'PutBucketAcl', 'PutObjectAcl'),
  row('SHARING', 6003, 3, S3, 'PutBucketPublicAccessBlock', 'DeleteBucketPublicAccessBlock', 'PutAccountPublicAccessBlock'),
  row('SHARING', 6003, 3, EC2, 'ModifySnapshotAttribute', 'ModifyImageAttribute'),
  row('SHARING', 6003, 3, 'rds.amazonaws.com', 'ModifyDBSnapshotAttribute'),
  row('SHARING', 6003, 3, 'lambda.amazonaws.com', 'AddPermission20150331v2'),
  row('SHARING', 6003, 1, 'ram.amazonaws.com', 'CreateResourceShare'),

  row('DATA', 6005, 1, S3, 'GetObject'),
  row('DATA', 6005, 5, S3, 'PutObject', 'CopyObject'),
  row('DATA', 6005, 7, S3, 'DeleteObject'),
  row('DATA', 6005, 8, S3, 'ListObjects'),
];

/** Why a sign-in failed, by words of its message; tried in order. */
export const FAILURE_OF_WORDS: readonly (readonly [RegExp, SignInFailure])[] = [
  [/no username found/i, 'USER_DOES_NOT_EXIST'],
  [/\bmfa\b|multi-factor/i, 'MFA_FAILED'],
  [/password.{0,20}expired|expired.{0,20}password/i, 'PASSWORD_EXPIRED'],
  [/failed authentication|incorrect|invalid/i, 'INVALID_CREDENTIALS'],
  [/access ?denied|not authorized/i, 'BLOCKED_BY_POLICY'],
];

/** What stands for the name of a user who does not exist: it may be a password, typed into the wrong field. */
export const HIDDEN_NAME = 'HIDDEN_DUE_TO_SECURITY_REASONS';

/** Request parameters that name what was acted on, with the word for what they name. */
export const TARGET_PARAMETERS: readonly (readonly [string, string])[] = [
  ['userName', 'User'],
  ['groupName', 'Group'],
  ['roleName', 'Role'],
  ['roleArn', 'Role'],
  ['policyArn', 'Policy'],
  ['policyName', 'Policy'],
  ['accessKeyId', 'AccessKey'],
  ['serialNumber', 'MFADevice'],
  ['bucketName', 'Bucket'],
  ['secretId', 'Secret'],
  ['trailName', 'Trail'],
  ['keyId', 'Key'],
  ['groupId', 'SecurityGroup'],
  ['snapshotId', 'Snapshot'],
  ['functionName', 'Function'],
  ['name', 'Resource'],
];

function row(category: CategoryRow['category'], classUid: number, activityId: number, source: string, ...names: string[]): CategoryRow {
  return { events: names.map((name) => `${source}:${name}`), category, classUid, activityId };
}

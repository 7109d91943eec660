/**
 * The place where the repository is kept, set up for the app: environments with their secrets, rules for branches and tags,
 * settings. What is wanted follows from wherry.yaml; what is there is read; the difference is data, shown first and then made.
 */
export type { Change, Limit } from "./model.ts";
export { setUp } from "./setup.ts";
export type { SetupResult } from "./setup.ts";
export { survey } from "./survey.ts";
export type { Survey, SurveyOptions } from "./survey.ts";

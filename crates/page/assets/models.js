// The agency's models as the page knows them: a map from id to the entry of `GET /api/models`.

export const MODELS_URL = "/api/models";

/** The directory of the body of `GET /api/models`. */
export const directoryOf = ({ models }) => new Map(models.map((model) => [model.modelId, model]));

export const modelName = (model) => model?.displayName || model?.handle || "one model";

/** "Luna", "Luna and Mia", "Luna and 3 other models". */
export function nameModels(modelIds, directory) {
  const [first, second] = modelIds.map((id) => modelName(directory?.get(id)));
  if (modelIds.length === 1) return first;
  return modelIds.length === 2 ? `${first} and ${second}` : `${first} and ${modelIds.length - 1} other models`;
}

/** Names of several models, for a cell of a table. */
export const modelNames = (modelIds, directory) => modelIds.map((id) => modelName(directory?.get(id))).join(", ");

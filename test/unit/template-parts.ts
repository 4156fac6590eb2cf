/** A template of a Job in pieces: how it begins, and items of its lists. */
export const HEAD = `apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-import
spec:
  template:
    spec:
      restartPolicy: Never
`;
export const MAIN = `        - name: import
          image: registry.example.com/import:1
`;
export const PROXY = `        - name: proxy
          image: haproxy:{{ .Values.tag }}
`;
export const NATIVE = `${PROXY}          restartPolicy: Always
`;
export const INIT = `        - name: schema
          image: registry.example.com/schema:1
`;

/** The `initContainers` of such a Job. */
export const initList = (body: string) => `      initContainers:\n${body}`;

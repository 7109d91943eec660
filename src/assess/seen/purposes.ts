/** What a command line in a pipeline or a script is for, by the program that it starts. */
export type Purpose =
  | "test"
  | "lint"
  | "deploy"
  | "scan"
  | "secret-scan"
  | "iac-check"
  | "backup"
  | "restore"
  | "push-image";

/**
 * Patterns are tried on one command at a time. A pattern names programs, never words of prose: what is not recognised
 * counts as nothing.
 */
export const purposes: Readonly<Record<Purpose, RegExp>> = {
  test: /\b(?:vitest|jest|mocha|ava|karma start|playwright test|cypress run|node (?:--\S+ )*--test|pytest|py\.test|unittest|tox|nox|go test|gotestsum|cargo (?:nextest|test)|mvnw?\b.*\b(?:test|verify|install)|gradlew?\b.*\b(?:test|check|build)|rspec|rails test|rake (?:test|spec)|phpunit|pest|artisan test|dotnet test|mix test|sbt\b.*\btest|swift test|flutter test|dart test|deno test|bun test|ctest|bats)\b/,
  lint: /\b(?:eslint|oxlint|biome (?:check|ci|lint)|tslint|tsc|prettier (?:--check|-c)|oxfmt --check|stylelint|ruff|flake8|pylint|mypy|pyright|black --check|golangci-lint|go vet|staticcheck|gofmt|cargo (?:clippy|fmt)|rubocop|standardrb|phpcs|phpstan|psalm|checkstyle|spotbugs|ktlint|detekt|shellcheck|hadolint|actionlint|yamllint|pre-commit run|knip|dotnet format|credo|svelte-check|vue-tsc)\b/,
  deploy:
    /\b(?:wherry deploy|kamal (?:deploy|setup)|kubectl (?:apply|set image|rollout)|helm (?:upgrade|install)|argocd app sync|docker[- ]compose\b.*\bup\b|docker stack deploy|ansible-playbook|flyctl deploy|fly deploy|heroku\b.*\b(?:deploy|push|container:release)|vercel\b.*--prod|netlify deploy|wrangler (?:deploy|publish)|gcloud (?:run|app) deploy|aws (?:ecs|lambda) update|eb deploy|serverless deploy|sls deploy|cap (?:\w+ )?deploy|dep deploy|uc deploy|cdk deploy|pulumi up|(?:terraform|tofu) apply|rsync\b.*@|scp\b.*@|ssh\b.*@)/,
  scan: /\b(?:trivy|grype|osv-scanner|semgrep|opengrep|codeql|snyk|npm audit|pnpm audit|yarn (?:npm )?audit|pip-audit|safety check|cargo (?:audit|deny)|govulncheck|bundle(?:r)?[- ]audit|brakeman|bandit|gosec|dependency-check|checkov|kics|zizmor|dependency-review|zap-baseline|docker scout|sonar(?:-scanner|qube)|SAST\.gitlab-ci|Dependency-Scanning\.gitlab-ci|Container-Scanning\.gitlab-ci)/i,
  "secret-scan":
    /(?:\b(?:gitleaks|betterleaks|trufflehog|detect-secrets|secretlint|ggshield|git-secrets)\b|Secret-Detection\.gitlab-ci)/i,
  "iac-check":
    /\b(?:(?:terraform|tofu) (?:-\S+ )*(?:validate|plan|fmt|test)|tflint|checkov|kics|terrascan|trivy config|ansible-lint|ansible-playbook\b.*--check|pulumi preview|cdk (?:diff|synth)|conftest)\b/,
  backup:
    /\b(?:restic\b.*\bbackup|borg(?:matic)? (?:create|backup)|borgmatic|pg_dump(?:all)?|mysqldump|mariadb-dump|mongodump|pg_basebackup|wal-g|pgbackrest|barman|mydumper|xtrabackup|rclone (?:copy|sync)|velero backup|duplicity|kopia snapshot|aws s3 sync|redis-cli\b.*\bBGSAVE)\b/,
  restore:
    /\b(?:restic\b.*\brestore|borg extract|pg_restore|mongorestore|pgbackrest\b.*\brestore|wal-g backup-fetch|barman recover|velero restore|kopia restore)\b/,
  "push-image":
    /\b(?:docker push|docker buildx build\b.*--push|podman push|buildah push|crane push|skopeo copy|ko build|kaniko)\b/,
};

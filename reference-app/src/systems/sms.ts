import type { TableSpec } from "../database/types";
import type { System } from "./types";
import { users, usersSteps } from "./users";

const students: TableSpec = {
  name: "students",
  columns: {
    number: { type: "text", required: true },
    name: { type: "text", required: true },
    year: { type: "integer", default: 1 },
  },
  access: { read: "anyone", write: "user" },
};

const enrollments: TableSpec = {
  name: "enrollments",
  columns: {
    student: { type: "text", required: true },
    course: { type: "text", required: true },
  },
  access: { read: "user", write: "user" },
};

const grades: TableSpec = {
  name: "grades",
  columns: {
    student: { type: "text", required: true },
    course: { type: "text", required: true },
    points: { type: "integer", required: true },
  },
  access: { read: "user", write: "user" },
};

/** Student Management System: a Python API, PostgreSQL, an audit log kept for a year. */
export const sms: System = {
  id: "sms",
  title: "Student Management System",
  ports: { backend: 8080, frontend: 3000 },
  engine: "postgres",
  env: { databaseUrl: "DATABASE_URL", jwtSecret: "JWT_SECRET", corsOrigin: "CORS_ORIGIN", others: { BACKUP_ENCRYPTION_KEY: "the key that encrypts backups" } },
  health: { path: "/health" },
  metrics: [{ path: "/metrics", format: "prometheus" }],
  tables: [users, students, enrollments, grades],
  migrations: [
    { id: "0001-users", steps: usersSteps },
    {
      id: "0002-students-enrollments-grades",
      steps: [
        { kind: "table", table: students },
        { kind: "index", table: "students", columns: ["number"], unique: true },
        { kind: "table", table: enrollments },
        { kind: "index", table: "enrollments", columns: ["student", "course"], unique: true },
        { kind: "table", table: grades },
        { kind: "index", table: "grades", columns: ["student"], unique: false },
      ],
    },
  ],
  migratesOnStart: true,
  business: [
    { kind: "gauge", name: "sms_active_users", help: "Users seen in the last 15 minutes, over all replicas", from: { kind: "activeUsers" } },
    { kind: "counter", name: "sms_enrollments_total", help: "Enrollments made", event: "created:enrollments" },
    { kind: "counter", name: "sms_grade_submissions_total", help: "Grades submitted", event: "created:grades" },
    { kind: "counter", name: "sms_logins_total", help: "Successful logins", event: "login" },
    { kind: "counter", name: "sms_failed_logins_total", help: "Failed logins", event: "loginFailed" },
  ],
  seed: {
    students: [
      { number: "S-1001", name: "Lena Fischer", year: 1 },
      { number: "S-1002", name: "Tomás Rivera", year: 2 },
      { number: "S-1003", name: "Aiko Tanaka", year: 3 },
    ],
    enrollments: [
      { student: "S-1001", course: "Algebra" },
      { student: "S-1002", course: "Algebra" },
      { student: "S-1003", course: "Databases" },
    ],
    grades: [{ student: "S-1003", course: "Databases", points: 92 }],
  },
  uploads: [],
  auditLog: true,
  sockets: false,
  showcase: { table: "students", columns: ["number", "name", "year"] },
  demoRows: [
    { table: "students", row: (n) => ({ number: `D-${n}`, name: "Demo Student", year: 1 }) },
    { table: "enrollments", row: (n) => ({ student: `D-${n}`, course: "Demo" }) },
    { table: "grades", row: (n) => ({ student: `D-${n}`, course: "Demo", points: 70 }) },
  ],
};

// The import of users in Japanese.

export default {};

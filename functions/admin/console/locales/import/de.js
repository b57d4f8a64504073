// The import of users in German.

export default {};
